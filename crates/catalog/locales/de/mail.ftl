# Mails. Zu jedem Zweck gehören Betreff, Text, eine Anmerkung und, wo etwas zu tun ist, die Wörter eines Knopfes.

mail-greeting = Guten Tag,
mail-greeting-name = Guten Tag { $name },
mail-by-hand = Wenn der Knopf nicht geht, diese Adresse öffnen:
mail-footer = Diese Mail kommt von der Buchungssoftware unter { $host }. Bitte nicht darauf antworten.

mail-verify-subject = E-Mail-Adresse bestätigen
mail-verify-text = Jemand, hoffentlich Sie, hat mit dieser Adresse ein Konto angelegt. Bestätigen Sie, dass sie Ihnen gehört.
mail-verify-action = Adresse bestätigen
mail-verify-note = Der Link gilt 24 Stunden und einmal. Waren Sie das nicht, tun Sie nichts.

mail-account-exists-subject = Sie haben schon ein Konto
mail-account-exists-text = Jemand, hoffentlich Sie, wollte mit dieser Adresse ein Konto anlegen. Es gibt schon eines; nichts wurde geändert.
mail-account-exists-action = Neues Passwort wählen
mail-account-exists-note = Passwort vergessen? Unter dem Link gibt es ein neues. Waren Sie das nicht, tun Sie nichts.

mail-developer-exists-subject = Sie haben schon einen Benutzer
mail-developer-exists-text = Jemand, hoffentlich Sie, wollte mit dieser Adresse ein Entwicklerkonto anlegen. Zu ihr gibt es schon einen Benutzer; geändert wurde nichts. Melden Sie sich an und fügen Sie das Entwicklerkonto dort hinzu.
mail-developer-exists-action = Entwicklerkonto hinzufügen
mail-developer-exists-note = Waren Sie das nicht, tun Sie nichts.

mail-reset-subject = Neues Passwort wählen
mail-reset-text = Jemand, hoffentlich Sie, hat ein neues Passwort für Ihr Konto verlangt.
mail-reset-action = Neues Passwort wählen
mail-reset-note = Der Link gilt eine Stunde und einmal. Waren Sie das nicht, tun Sie nichts: Ihr Passwort bleibt, wie es ist.

mail-password-changed-subject = Ihr Passwort wurde geändert
mail-password-changed-text = Das Passwort Ihres Kontos wurde geändert, und alle anderen Browser und Apps wurden abgemeldet.
mail-password-changed-action = Das war ich nicht: neues Passwort wählen
mail-password-changed-note = Waren Sie das, ist nichts zu tun.

mail-email-change-subject = Neue E-Mail-Adresse bestätigen
mail-email-change-text = Diese Adresse soll die Ihres Kontos werden. Bestätigen Sie, dass sie Ihnen gehört.
mail-email-change-action = Diese Adresse verwenden
mail-email-change-note = Der Link gilt 24 Stunden und einmal. Waren Sie das nicht, tun Sie nichts.

mail-email-changing-subject = Eine andere E-Mail-Adresse wurde verlangt
mail-email-changing-text = Jemand mit Ihrem Passwort hat verlangt, dass Ihr Konto { $email } verwendet. Geändert wird, wenn jene Adresse bestätigt ist.
mail-email-changing-action = Das war ich nicht: neues Passwort wählen
mail-email-changing-note = Waren Sie das, ist nichts zu tun. Ein neues Passwort beendet auch diese Änderung.

mail-email-changed-subject = Ihre E-Mail-Adresse wurde geändert
mail-email-changed-text = Ihr Konto verwendet ab jetzt { $email }; diese Adresse gehört nicht mehr dazu.
mail-email-changed-action = Zum Konto
mail-email-changed-note = Waren Sie das nicht, sagen Sie es denen, die diese Installation betreiben.

mail-invite-user-subject = Sie haben Zugang bekommen
mail-invite-user-text = { $account } hat Ihnen Zugang gegeben. Wählen Sie ein Passwort, um sich mit dieser Adresse anzumelden.
mail-invite-user-action = Passwort wählen
mail-invite-user-note = Der Link gilt 14 Tage und einmal. Danach hilft „Passwort vergessen“ auf der Anmeldeseite.

mail-invite-developer-subject = Einladung zu { $account }
mail-invite-developer-text = Sie sind in das Entwicklerkonto { $account } eingeladen. Wer annimmt, kann dessen Apps und Module verwalten.
mail-invite-developer-action = Einladung ansehen
mail-invite-developer-note = Der Link gilt 7 Tage und einmal. Kennen Sie den Absender nicht, tun Sie nichts.

mail-confirm-contract-subject = Buchungskonto bestätigen
mail-confirm-contract-text = Für { $account } wurde ein Buchungskonto angelegt. Bestätigen Sie es, damit Kunden buchen können; bis dahin zeigt die Buchungsseite eine Vorschau.
mail-confirm-contract-action = Konto bestätigen
mail-confirm-contract-note = Wissen Sie nichts davon, tun Sie nichts.

mail-security-changed-subject = Ihre Anmeldewege wurden geändert
mail-security-changed-text = Geändert wurde: { $what }
mail-security-changed-action = Sicherheit des Kontos ansehen
mail-security-changed-note = Waren Sie das nicht, wählen Sie sofort ein neues Passwort und entfernen Sie, was Sie nicht kennen.

mail-account-deleted-subject = Ihr Konto wurde gelöscht
mail-account-deleted-text = Ihr Konto wurde gelöscht. Niemand kann sich mehr damit anmelden, und jede App, die für Sie handelte, hat ihren Zugang verloren.
mail-account-deleted-action = Zur Startseite
mail-account-deleted-note = Waren Sie das nicht, sagen Sie es denen, die diese Installation betreiben.

# Was geändert wurde.
mail-what-totp-on = Zur Anmeldung gehören jetzt Codes aus einer App.
mail-what-totp-off = Zur Anmeldung gehören keine Codes aus einer App mehr.
mail-what-passkey-on = Ein Passkey kam hinzu.
mail-what-passkey-off = Ein Passkey wurde entfernt.
mail-what-recovery = Es gibt neue Wiederherstellungscodes; die alten gelten nicht mehr.
mail-what-recovery-used = Mit einem Wiederherstellungscode wurde angemeldet.
