# What was done.
added = Hinzugefügt.
edited = Geändert.
deleted = Gelöscht.
linked = Verknüpft.
unlinked = Verknüpfung gelöst.
moved = Verschoben.
canceled = Abgesagt.
held = Zurückgehalten.
released = Freigegeben.

# Worth knowing.
unknown-field = Dieses Feld ist unbekannt und wurde nicht beachtet.
read-only-field = Dieses Feld setzt das System; der Wert wurde nicht beachtet.

# The document.
invalid-json = Der Inhalt ist kein gültiges JSON (Zeile { $line }, Spalte { $column }).
invalid-utf8 = Der Text muss UTF-8 sein.
duplicate-key = Dieser Schlüssel steht zweimal da; nur einmal angeben.
too-deep = Der Inhalt ist zu tief verschachtelt; höchstens 32 Ebenen verwenden.
nul-character = Das Zeichen NUL ist nicht erlaubt.
body-too-large = Der Inhalt ist zu groß; höchstens { $max } Bytes senden.
body-too-slow = Der Inhalt kam nicht rechtzeitig an.
body-cut-off = Der Inhalt kam nicht vollständig an.
unsupported-media-type = Den Inhalt als application/json senden.

# Fields.
required = Dieser Wert wird benötigt.
wrong-type = Hier wird ein Wert dieser Art erwartet: { $expected }.
too-long = Höchstens { $max } Zeichen verwenden.
too-small = Mindestens { $min } angeben.
too-large = Höchstens { $max } angeben.
too-many = Höchstens { $max } Einträge angeben.
not-in-list = Einen dieser Werte verwenden: { $values }.
bad-date = Ein Datum als JJJJ-MM-TT angeben.
bad-time = Eine Uhrzeit als HH:MM:SS angeben.
bad-instant = Einen Zeitpunkt mit Abstand zu UTC angeben, etwa 2027-02-01T09:00:00+01:00.
bad-year = Ein Jahr von 1970 bis 2200 angeben.
bad-month = Einen Monat von 1 bis 12 angeben.
bad-day = Diesen Tag gibt es in dem Monat nicht.
bad-week = Diese Kalenderwoche gibt es in dem Jahr nicht.
bad-email = Eine E-Mail-Adresse wie name@example.com angeben.
bad-mobile = Eine Mobilnummer mit Ländervorwahl wie +491701234567 angeben.
bad-telephone = Eine Telefonnummer aus Ziffern, Leerzeichen und + - / ( ) angeben.
bad-url = Eine Adresse angeben, die mit http:// oder https:// beginnt.
bad-locale = Eine Sprache wie de oder de_DE angeben.
bad-time-zone = Eine Zeitzone wie Europe/Berlin angeben.
bad-country = Ein Land mit zwei Buchstaben nach ISO 3166-1 angeben, etwa DE.
bad-currency = Eine Währung nach ISO 4217 angeben, etwa EUR.
bad-colour = Eine Farbe wie #ffcc00 angeben.
bad-id = Eine Kennung mit 32 Buchstaben und Ziffern angeben.
bad-reference = Diese Kennung gehört zu nichts, was hier verwendet werden kann.
bad-inheritance = Für die Vererbung einen dieser Werte verwenden: { $values }.
bad-setting = Der Wert passt nicht zu der Einstellung { $key }.
unknown-setting = Es gibt keine Einstellung { $key }.
unknown-marker = Den Platzhalter [{ $marker }] gibt es nicht.
unknown-permission = Die Berechtigung { $permission } gibt es nicht.
not-declared = Die App verlangt die Berechtigung { $permission } nicht.
secret-in-module = Ein Modul kann kein Geheimnis bewahren; seine Einstellungen kann jeder lesen.
bad-type-name = Einen Namen aus Buchstaben, Ziffern, - und _ verwenden.
bad-page = Eine Seite als Zahl angeben.
custom-id-taken = Diese eigene Kennung ist schon vergeben.
emails-differ = Beide E-Mail-Adressen müssen gleich sein.
range-reversed = Das Ende muss nach dem Anfang liegen.
range-too-large = Der Zeitraum ist zu lang; höchstens { $max } Tage angeben.
outside-range = Dieser Zeitpunkt liegt außerhalb des angegebenen Zeitraums.
duplicate-parameter = Dies darf nur einmal angegeben werden.

# Access.
token-missing = Ein Zugangstoken als "Authorization: Bearer …" senden.
token-invalid = Das Zugangstoken ist ungültig; ein neues holen.
token-expired = Das Zugangstoken ist abgelaufen; ein neues holen.
token-in-query = Das Zugangstoken gehört in den Kopf der Anfrage, nicht in die Adresse.
token-wrong-kind = Dieses Token gilt nicht für diesen Aufruf.
token-wrong-organization = Dieses Token gilt nicht für diese Organisation.
not-installed = Die App oder das Modul ist in dieser Organisation nicht installiert oder nicht aktiv.
permission-missing = Dafür wird die Berechtigung { $permission } benötigt.
user-permission-missing = Dafür brauchen Sie die Berechtigung { $permission }.
user-inactive = Das Benutzerkonto ist abgeschaltet oder seine E-Mail-Adresse noch nicht bestätigt.
not-a-member = Der Benutzer ist weder Mitarbeiter noch Admin dieser Organisation.
admin-required = Das kann nur ein Admin der Organisation.
user-token-required = Dafür muss ein Benutzer angemeldet sein.

# Requests.
not-found = Nicht gefunden.
route-not-found = Diese Adresse gibt es nicht.
locale-not-found = Diese Sprache gibt es nicht; de oder en verwenden.
method-not-allowed = Hier geht nur: { $allowed }.
version-mismatch = Der Stand hat sich geändert; neu laden und noch einmal versuchen.
changed-meanwhile = Etwas anderes hat dies gleichzeitig geändert; noch einmal versuchen.
idempotency-mismatch = Dieser Idempotency-Key wurde schon mit einem anderen Inhalt verwendet.
rate-limited = Zu viele Anfragen; in { $seconds } Sekunden noch einmal versuchen.
unavailable = Gerade nicht erreichbar; gleich noch einmal versuchen.
internal = Ein Fehler auf unserer Seite; er wurde aufgezeichnet.
wrong-secret = Das Geheimnis öffnet die Schlüssel in der Datenbank nicht; das eintragen, mit dem sie versiegelt wurden.
example-error = So sieht eine Antwort mit dem Status { $status } aus.

# Rules.
cycle = Eine Organisation kann nicht unter sich selbst stehen.
organization-mismatch = Beide Organisationen müssen zum selben Vertragskonto gehören.
has-sub-organizations = Zuerst die Organisationen darunter löschen oder verschieben.
already-installed = Diese App ist hier schon installiert.
in-use = Dies wird noch verwendet.

# Scheduling.
slot-taken = Diese Zeit ist nicht mehr frei; eine andere wählen.
slot-invalid = Diese Zeit gibt es nicht; die Liste neu laden.
not-offered = Diese Zeit ist nicht buchbar: { $reason }.
lead-time = Dafür ist es zu kurzfristig; eine spätere Zeit wählen.
window = Dieser Tag liegt außerhalb des Buchungszeitraums.
template-inactive = Diese Terminvorlage kann nicht gebucht werden.
already-canceled = Dieser Termin ist schon abgesagt.
whole-minute = Eine ganze Minute angeben.
not-for-modules = Das steht Modulen nicht offen.
only-one-of = Entweder den Kunden benennen oder ihn beschreiben.
bad-combination = So viele verschiedene Ressourcen angeben: { $count }.
no-slot = Im Buchungszeitraum ist keine Zeit frei.
appointment-past = Dieser Termin hat schon begonnen.
appointment-protected = Dieser Termin ist geschützt; showProtected zeigt ihn ohne persönliche Angaben.
slot-of-other-template = Diese Zeit gehört zu einer anderen Terminvorlage.
places-taken = So viele Plätze sind schon vergeben: { $taken }.
not-an-event = Nur Vorlagen vom Typ EVENT haben feste Zeiten.
conflicting-appointments = In diese Zeit fallen { $count } Termine; sie bleiben bestehen: { $ids }.
has-appointments = Hier gibt es noch künftige Termine; sie zuerst verlegen oder absagen.
link-invalid = Dieser Link ist ungültig.
link-expired = Dieser Link ist abgelaufen.

# Menschen.
password-too-short = Mindestens { $min } Zeichen verwenden.
password-too-long = Höchstens { $max } Bytes verwenden.
password-is-email = Etwas anderes als die E-Mail-Adresse verwenden.
password-common = Dieses Passwort probieren andere als eines der ersten; bitte ein anderes wählen.
password-wrong = Das ist nicht Ihr Passwort.
same-email = Das ist schon Ihre Adresse.
email-taken = Diese Adresse gehört inzwischen zu einem anderen Konto.
control-character = Bitte sichtbare Buchstaben und Zeichen verwenden.
only-admin = Sie sind als einzige Person Administrator von { $name }; machen Sie zuerst jemand anderen dazu.
only-member = Sie sind als einzige Person im Entwicklerkonto { $name }; laden Sie zuerst jemanden ein oder löschen Sie es.
code-wrong = Dieser Code ist falsch oder schon verwendet; warten Sie auf den nächsten.
totp-on-already = Codes aus einer App sind schon eingeschaltet.
totp-setup-ended = Das Einrichten hat zu lange gedauert; bitte neu beginnen.
passkey-failed = Der Passkey konnte nicht verwendet werden; bitte noch einmal versuchen.
too-many-passkeys = Entfernen Sie zuerst einen Passkey; höchstens { $max } werden aufbewahrt.
login-ended = Diese Anmeldung hat zu lange gedauert; bitte neu beginnen.
invitation-other-address = Diese Einladung ging an eine andere Adresse als { $email }; melden Sie sich mit jener an.
registration-closed = Konten legen die an, die diese Installation betreiben; bitte dort fragen.
# Rücksprungadressen
redirect-long = Die Adresse ist zu lang; höchstens 2000 Zeichen verwenden.
redirect-unreadable = Eine ganze Adresse angeben, etwa https://app.example/callback, ohne Zeichen, die mit Prozentzeichen zu schreiben sind.
redirect-fragment = Die Adresse darf keinen Teil hinter # haben.
redirect-wildcard = Die Adresse darf kein * haben; jede Adresse einzeln eintragen.
redirect-user-info = Die Adresse darf vor dem Rechnernamen weder Namen noch Passwort haben.
redirect-scheme = Die Adresse mit https:// beginnen, mit http://127.0.0.1 für eine App auf einem Rechner oder mit dem eigenen Schema einer App, das einen Punkt hat, etwa com.example.app:/callback.
redirect-plain = https verwenden; http ist nur zu http://127.0.0.1 und http://[::1] möglich, mit beliebigem Port, und nicht zu localhost.
redirect-spelling = Die Adresse schreiben, wie ein Browser es tut: Rechnername klein, ohne :443, ohne Punkte anstelle von Ordnern.
redirect-query = Die Adresse darf keinen Parameter haben, den die Antwort hat: code, state, iss, error oder error_description.

# Anmelden und Formulare von Seiten.
login-failed = Die E-Mail-Adresse oder das Passwort ist falsch.
form-foreign = Dieses Formular kam von einer anderen Website. Bitte öffnen Sie die Seite hier und senden Sie es noch einmal.
form-expired = Dieses Formular war zu lange offen oder gehört zu einer anderen Anmeldung. Bitte öffnen Sie die Seite neu und senden Sie es noch einmal.
form-media-type = Bitte das Formular als application/x-www-form-urlencoded senden.

# Der Autorisierungs-Endpunkt, solange der Rückkehradresse nicht zu trauen ist.
client-unknown = Diese Adresse nennt keine hier bekannte App (client_id). Bitte fragen Sie dort, wo Sie herkommen.
client-twice = Der Parameter client_id wurde zweimal gesendet. Bitte fragen Sie dort, wo Sie herkommen.
redirect-missing = Der Parameter redirect_uri fehlt. Bitte fragen Sie dort, wo Sie herkommen.
redirect-twice = Der Parameter redirect_uri wurde zweimal gesendet. Bitte fragen Sie dort, wo Sie herkommen.
redirect-unknown = Die App möchte die Antwort an einer Adresse, die für sie nicht eingetragen ist (redirect_uri). Dorthin wurde nichts gesendet.
address-too-long = Diese Adresse ist zu lang; höchstens 8192 Byte verwenden.
consent-ended = Diese Frage ist schon beantwortet oder war zu lange offen. Bitte gehen Sie zurück zur App und beginnen Sie noch einmal.

# Entwicklerdienst.
form-used = Das ist schon geschehen. Was es zeigte, wird nicht noch einmal gezeigt.
email-unverified = Bitte zuerst die eigene E-Mail-Adresse bestätigen: Der Link steht in der E-Mail an Sie.
last-member = Das letzte Mitglied kann nicht gehen.
already-member = Diese Person ist schon im Team.
