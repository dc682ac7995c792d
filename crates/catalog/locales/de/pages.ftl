# Der Rahmen jeder Seite.
page-skip = Zum Inhalt
page-navigation = Hauptnavigation
page-developer = Entwickler
page-logout = Abmelden
page-paging = Seiten
page-previous = Zurück
page-next = Weiter
page-home = Zu meinem Konto
page-not-found = Diese Seite gibt es nicht
page-problem = Das hat nicht geklappt

# Formulare.
form-errors = Bitte prüfen Sie Ihre Eingaben
form-optional = (freiwillig)
form-date-hint = In der Form JJJJ-MM-TT

# Anmelden.
login-title = Anmelden
login-for = Danach geht es weiter zu { $app }.
login-email = E-Mail-Adresse
login-password = Passwort
login-submit = Anmelden
login-forgot = Ich habe mein Passwort vergessen
login-register = Benutzerkonto anlegen
login-developer = Als Entwickler registrieren

# Einer App etwas erlauben.
consent-title = Zugriff erlauben
consent-heading = Darf { $app } für Sie handeln?
consent-by = Hergestellt von { $account }.
consent-organization = In der Organisation { $organization } und allem darunter.
consent-everywhere = In jeder Organisation, für die Sie arbeiten und die diese App hat.
consent-may = Sie darf
consent-nothing = nichts, außer zu wissen, wer Sie sind.
consent-openid = Außerdem erfährt sie Ihren Namen, Ihre E-Mail-Adresse und Ihre Sprache.
consent-limits = Sie darf nie mehr als Sie selbst. Sie sind angemeldet als { $user }.
consent-goes-to = Die Antwort geht an { $host }.
consent-allow = Erlauben
consent-deny = Nicht erlauben
consent-later = Was ich erlaubt habe, und wie ich es zurücknehme

# Abmelden.
logout-title = Abmelden
logout-ask = Möchten Sie sich hier abmelden? Apps, denen Sie etwas erlaubt haben, behalten es.
logout-submit = Abmelden
logout-done = Sie sind abgemeldet.
logout-again = Wieder anmelden

# Die erste Seite.
start-title = Willkommen
start-what = Hier läuft Kalends, freie Software für Terminbuchungen.
start-people = Mein Konto
start-people-what = Ihr Profil, Ihr Passwort, wo Sie angemeldet sind und was Sie Apps erlaubt haben.
start-people-go = Zu meinem Konto
start-developer-what = Apps und Module für den Kalender bauen, mit einer Demo-Organisation zum Ausprobieren.
start-developer-go = Zum Entwicklerbereich
start-reference = API-Referenz
start-reference-what = Jede Operation mit ihren Feldern, zum Nachlesen und Ausprobieren.
