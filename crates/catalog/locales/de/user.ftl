# Das Benutzerkonto: Navigation.
user-nav = Konto
user-nav-profile = Profil
user-nav-email = E-Mail-Adresse
user-nav-password = Passwort
user-nav-security = Zweiter Faktor und Passkeys
user-nav-sessions = Angemeldete Browser
user-nav-consents = Programme
user-nav-invitations = Einladungen
user-nav-delete = Konto löschen
user-to-login = Zur Anmeldung
user-to-account = Zu meinem Konto
user-save = Speichern
user-saved = Gespeichert.
user-copy = Kopieren
user-copied = Kopiert

# Felder.
user-first-name = Vorname
user-last-name = Nachname
user-email-address = E-Mail-Adresse
user-password-new = Neues Passwort
user-password-current = Ihr jetziges Passwort
user-password-hint = Mindestens 10 Zeichen. Gut sind einige Wörter, die Sie sich merken können.
user-locale = Sprache
user-locale-hint = Dieser Seiten und der Mails
user-time-zone = Zeitzone

# Anmelden und Adresse bestätigen.
user-register = Benutzerkonto anlegen
user-register-intro = Mit einem Benutzerkonto melden Sie sich bei Programmen und beim Entwicklerdienst an.
user-register-email-hint = Wir schicken einen Link dorthin, um sicher zu sein, dass sie Ihnen gehört.
user-register-button = Konto anlegen
user-register-sent = Danke. Wir haben eine Mail an diese Adresse geschickt; öffnen Sie den Link darin.
user-verify = E-Mail-Adresse bestätigen
user-verify-ask = Ist { $email } Ihre Adresse?
user-verify-button = Ja, bestätigen
user-verify-done = Ihre Adresse ist bestätigt.
user-verify-send = Link noch einmal schicken
user-verify-sent = Wir haben den Link noch einmal geschickt.
user-unverified = Die Adresse { $email } ist noch nicht bestätigt.
user-contract = Buchungskonto bestätigen
user-contract-ask = Ist es bestätigt, können Kunden buchen.
user-contract-button = Konto bestätigen
user-contract-done = Das Buchungskonto ist bestätigt.

# Vergessene und erste Passwörter.
user-forgot = Passwort vergessen
user-forgot-intro = Nennen Sie uns Ihre Adresse; wir schicken einen Link dorthin, mit dem Sie ein neues Passwort wählen.
user-forgot-button = Link schicken
user-forgot-sent = Gibt es ein Konto mit dieser Adresse, ist eine Mail unterwegs.
user-reset = Neues Passwort wählen
user-reset-for = Für das Konto { $email }.
user-reset-button = Passwort setzen
user-reset-done = Ihr Passwort ist gesetzt. Melden Sie sich damit an; alles, was vorher offen war, ist beendet.
user-invitation = Passwort wählen

# Zweiter Schritt der Anmeldung.
user-code = Code eingeben
user-code-label = Ihr Code
user-code-hint = Die sechs Ziffern Ihrer App oder einer Ihrer Wiederherstellungscodes.
user-code-restart = Anmeldung neu beginnen

# Profil, Adresse, Passwort.
user-profile = Profil
user-email = E-Mail-Adresse
user-email-now = Ihr Konto verwendet { $email }.
user-email-new = Neue E-Mail-Adresse
user-email-hint = Wir schicken einen Link dorthin; die Adresse ändert sich, wenn Sie ihn öffnen.
user-email-button = Link schicken
user-email-sent = Wir haben einen Link an die neue Adresse und einen Hinweis an die jetzige geschickt.
user-new-email = Neue E-Mail-Adresse bestätigen
user-new-email-ask = Soll Ihr Konto ab jetzt { $email } verwenden?
user-new-email-button = Ja, verwenden
user-new-email-done = Ihr Konto verwendet die neue Adresse.
user-password = Passwort
user-password-intro = Ein neues Passwort meldet Sie überall sonst ab, und bei Programmen, die für Sie handeln, melden Sie sich neu an.
user-password-button = Passwort ändern
user-password-done = Ihr Passwort ist geändert.

# Sitzungen.
user-sessions = Angemeldete Browser
user-sessions-intro = Beenden Sie, was Sie nicht kennen, und ändern Sie dann Ihr Passwort.
user-sessions-ended = Dort abgemeldet.
user-sessions-unnamed = Ein Browser ohne Namen
user-sessions-this = Dieser Browser
user-sessions-since = Angemeldet
user-sessions-seen = Zuletzt benutzt
user-sessions-network = Von
user-sessions-end = Dort abmelden
user-sessions-end-others = Überall sonst abmelden
user-method-password = mit dem Passwort
user-method-totp = mit Passwort und Code
user-method-passkey = mit einem Passkey

# Programme.
user-consents = Programme
user-consents-intro = Diesen haben Sie erlaubt, für Sie zu handeln.
user-consents-none = Sie haben noch keinem Programm erlaubt, für Sie zu handeln.
user-consents-since = Seit { $when }
user-consents-withdraw = Nicht mehr erlauben
user-consents-withdrawn = Das Programm darf nicht mehr für Sie handeln.

# Zweiter Faktor.
user-security = Zweiter Faktor und Passkeys
user-app = Eine App einrichten
user-app-heading = Codes aus einer App
user-app-intro = Eine App auf Ihrem Telefon zeigt einen Code, den Sie nach dem Passwort eingeben.
user-app-on = Sie sind eingeschaltet.
user-app-is-off = Codes sind nicht mehr nötig.
user-app-scan = Lesen Sie dieses Bild mit Ihrer App ein.
user-app-picture = Das Bild für Ihre App; der Text darunter sagt dasselbe
user-app-by-hand = Oder geben Sie diesen Text von Hand ein:
user-app-open = Oder öffnen Sie die App auf diesem Gerät
user-app-then = Geben Sie dann den Code ein, den sie zeigt.
user-app-code = Code der App
user-app-button = Einschalten
user-app-off = Codes ausschalten
user-app-off-ask = Dann genügt Ihr Passwort zur Anmeldung, und die Wiederherstellungscodes gelten nicht mehr.
user-app-off-button = Ausschalten
user-codes = Wiederherstellungscodes
user-codes-left = Übrige Wiederherstellungscodes: { $count }.
user-codes-intro = Bewahren Sie diese Codes dort auf, wo Ihr Telefon nicht ist. Jeder gilt einmal. Sie sehen sie nur jetzt.
user-codes-shown = Wiederherstellungscodes werden einmal gezeigt. Machen Sie neue, wenn Sie sie nicht haben.
user-codes-renew = Neue Wiederherstellungscodes machen
user-codes-renew-ask = Die alten gelten dann nicht mehr.
user-codes-renew-button = Neue Codes machen

# Passkeys.
user-passkey-heading = Ihre Passkeys
user-passkey-intro = Ein Passkey auf Ihrem Gerät oder Sicherheitsschlüssel meldet Sie mit Finger, Gesicht oder PIN an, ohne Passwort.
user-passkey-add = Passkey hinzufügen
user-passkey-added = Der Passkey ist hinzugefügt.
user-passkey-removed = Der Passkey ist entfernt.
user-passkey-name = Name des Passkeys
user-passkey-name-hint = Etwa das Gerät, auf dem er liegt
user-passkey-button = Passkey anlegen
user-passkey-script = Ihr Browser legt Passkeys nur mit JavaScript an.
user-passkey-failed = Es wurde kein Passkey angelegt oder verwendet. Bitte noch einmal versuchen.
user-passkey-nowhere = Passkeys brauchen eine Installation mit Rechnernamen und TLS.
user-passkey-created = Hinzugefügt
user-passkey-used = Zuletzt verwendet
user-passkey-never = nie
user-passkey-remove = Passkey entfernen
user-passkey-remove-ask = { $name } meldet Sie dann nicht mehr an. Entfernen Sie ihn auch auf Ihrem Gerät.
user-passkey-login = Mit einem Passkey anmelden

# Einladungen.
user-invitations = Einladungen
user-invitations-none = Keine Einladung wartet auf Sie.
user-invitations-what = Sie sind in dieses Entwicklerkonto eingeladen. Wer annimmt, kann dessen Apps und Module verwalten.
user-invitations-until = Bis { $when }
user-invitations-accept = Annehmen
user-invitations-decline = Ablehnen
user-invitations-accepted = Sie gehören jetzt zu dem Konto.
user-invitations-declined = Sie haben abgelehnt.

# Löschen.
user-delete = Konto löschen
user-delete-intro = Das endet und kommt nicht wieder:
user-delete-sessions = angemeldete Browser: { $count }
user-delete-consents = Programme, die für Sie handeln dürfen: { $count }
user-delete-organization = Ihre Rechte als Administrator von { $name }
user-delete-developer = Ihr Platz im Entwicklerkonto { $name }
user-delete-kept = Was Sie für eine Organisation getan haben, bleibt bei ihr: Termine, Kunden, Einstellungen.
user-delete-first = Vorher
user-delete-button = Mein Konto löschen
user-deleted = Konto gelöscht
user-deleted-done = Ihr Konto ist gelöscht. Wir haben Ihnen eine Mail darüber geschickt.
