# What was done.
added = Added.
edited = Changed.
deleted = Deleted.
linked = Linked.
unlinked = Unlinked.
moved = Moved.
canceled = Canceled.
held = Held.
released = Released.

# Worth knowing.
unknown-field = This field is unknown and was ignored.
read-only-field = This field is set by the system; the value was ignored.

# The document.
invalid-json = The body is not valid JSON (line { $line }, column { $column }).
invalid-utf8 = The text must be UTF-8.
duplicate-key = This key stands there twice; give it once.
too-deep = The body is nested too deeply; use at most 32 levels.
nul-character = The NUL character is not allowed.
body-too-large = The body is too large; send at most { $max } bytes.
body-too-slow = The body did not arrive in time.
body-cut-off = The body did not arrive completely.
unsupported-media-type = Send the body as application/json.

# Fields.
required = This value is needed.
wrong-type = A value of this type is expected here: { $expected }.
too-long = Use at most { $max } characters.
too-small = Give { $min } or more.
too-large = Give { $max } or less.
too-many = Give at most { $max } entries.
not-in-list = Use one of these values: { $values }.
bad-date = Give a date as YYYY-MM-DD.
bad-time = Give a time as HH:MM:SS.
bad-instant = Give an instant with its offset, such as 2027-02-01T09:00:00+01:00.
bad-year = Give a year from 1970 to 2200.
bad-month = Give a month from 1 to 12.
bad-day = The month has no such day.
bad-week = The year has no such week.
bad-email = Give an e-mail address such as name@example.com.
bad-mobile = Give a mobile number with its country code, such as +491701234567.
bad-telephone = Give a telephone number of digits, spaces and + - / ( ).
bad-url = Give an address that begins with http:// or https://.
bad-locale = Give a locale such as en or en_GB.
bad-time-zone = Give a time zone such as Europe/Berlin.
bad-country = Give a country by its two letters of ISO 3166-1, such as DE.
bad-currency = Give a currency of ISO 4217, such as EUR.
bad-colour = Give a colour such as #ffcc00.
bad-id = Give an id of 32 letters and digits.
bad-reference = This id belongs to nothing that can be used here.
bad-inheritance = Use one of these values for the inheritance: { $values }.
bad-setting = The value does not fit the setting { $key }.
unknown-setting = There is no setting { $key }.
unknown-marker = There is no marker [{ $marker }].
unknown-permission = There is no permission { $permission }.
not-declared = The app does not ask for the permission { $permission }.
secret-in-module = A module cannot keep a secret; its settings can be read by everybody.
bad-type-name = Use a name of letters, digits, - and _.
bad-page = Give a page as a number.
custom-id-taken = This customId is in use already.
emails-differ = Both e-mail addresses must be the same.
range-reversed = The end must be after the start.
range-too-large = The range is too long; give at most { $max } days.
outside-range = This time lies outside of the given range.
duplicate-parameter = This may be given only once.

# Access.
token-missing = Send an access token as "Authorization: Bearer …".
token-invalid = The access token is not valid; get a new one.
token-expired = The access token has expired; get a new one.
token-in-query = The access token belongs in the Authorization header, not in the address.
token-wrong-kind = This token is not meant for this operation.
token-wrong-organization = This token is not meant for this organization.
not-installed = The app or module is not installed in this organization or not active.
permission-missing = This needs the permission { $permission }.
user-permission-missing = You need the permission { $permission } for this.
user-inactive = The user's account is switched off, or its e-mail address is not confirmed yet.
not-a-member = The user is neither an employee nor an admin of this organization.
admin-required = Only an admin of the organization can do this.
user-token-required = This needs a user to be logged in.

# Requests.
not-found = Not found.
route-not-found = There is no such address.
locale-not-found = There is no such locale; use de or en.
method-not-allowed = Only these methods work here: { $allowed }.
version-mismatch = It was changed meanwhile; load it again and try once more.
changed-meanwhile = Something else changed this at the same time; try once more.
idempotency-mismatch = This Idempotency-Key was used with another body already.
rate-limited = Too many requests; try again in { $seconds } seconds.
unavailable = Not available at the moment; try again shortly.
internal = An error on our side; it was recorded.
wrong-secret = The secret does not open the keys in the database; configure the one they were sealed with.
example-error = This is what an answer with status { $status } looks like.

# Rules.
cycle = An organization cannot stand below itself.
organization-mismatch = Both organizations must belong to the same contract account.
has-sub-organizations = Delete or move the organizations below it first.
already-installed = This app is installed here already.
in-use = This is still in use.

# Scheduling.
slot-taken = This time is not free any more; choose another one.
slot-invalid = There is no such slot; load the list again.
not-offered = This time cannot be booked: { $reason }.
lead-time = This is too short notice; choose a later time.
window = This day lies outside of the booking window.
template-inactive = This appointment template cannot be booked.
already-canceled = This appointment is canceled already.
whole-minute = Give a whole minute.
not-for-modules = This is not open to modules.
only-one-of = Either name the customer or describe one.
bad-combination = Give this many different resources: { $count }.
no-slot = No time is free in the booking window.
appointment-past = This appointment has begun already.
appointment-protected = This appointment is protected; showProtected shows it without personal data.
slot-of-other-template = This time belongs to another appointment template.
places-taken = This many places are taken already: { $taken }.
not-an-event = Only templates of type EVENT have fixed dates.
conflicting-appointments = { $count } appointments lie in this time; they stay: { $ids }.
has-appointments = There are appointments to come here; move or cancel them first.
link-invalid = This link is not valid.
link-expired = This link has expired.

# People.
password-too-short = Use at least { $min } characters.
password-too-long = Use at most { $max } bytes.
password-is-email = Use something else than the e-mail address.
password-common = This password is one of the first that others try; choose another one.
password-wrong = That is not your password.
same-email = That is your address already.
email-taken = This address belongs to another account meanwhile.
control-character = Use letters and signs that can be seen.
only-admin = You are the only admin of { $name }; make somebody else one first.
only-member = You are the only member of the developer account { $name }; invite somebody else or delete it first.
code-wrong = This code is not right, or it was used already; wait for the next one.
totp-on-already = Codes from an app are switched on already.
totp-setup-ended = Setting this up took too long; begin again.
passkey-failed = The passkey could not be used; try again.
too-many-passkeys = Remove a passkey first; at most { $max } are kept.
login-ended = This login took too long; begin again.
invitation-other-address = This invitation was sent to another address than { $email }; log in with that one.
registration-closed = Accounts are made by the people who run this installation; ask them.
# Redirect addresses
redirect-long = The address is too long; use at most 2000 characters.
redirect-unreadable = Give a whole address, such as https://app.example/callback, with nothing in it that has to be percent-encoded.
redirect-fragment = The address may not have a part after #.
redirect-wildcard = The address may not have a *; register each address by itself.
redirect-user-info = The address may not have a name or password before the host.
redirect-scheme = Begin the address with https://, with http://127.0.0.1 for an app on a computer, or with an app's own scheme that has a dot, such as com.example.app:/callback.
redirect-plain = Use https; http is possible only to http://127.0.0.1 and http://[::1], on any port, and not to localhost.
redirect-spelling = Write the address as a browser does: host in small letters, no :443, no dots in place of folders.
redirect-query = The address may not have a parameter that the answer has: code, state, iss, error or error_description.

# Logging in and forms of pages.
login-failed = The e-mail address or the password is wrong.
form-foreign = This form was sent from another website. Open the page here and send it again.
form-expired = This form was open for too long, or belongs to another login. Open the page again and send it once more.
form-media-type = Send the form as application/x-www-form-urlencoded.

# The authorization endpoint, where the redirect address cannot be trusted.
client-unknown = This address names no app that is known here (client_id). Ask whoever sent you here.
client-twice = The parameter client_id was sent twice. Ask whoever sent you here.
redirect-missing = The parameter redirect_uri is missing. Ask whoever sent you here.
redirect-twice = The parameter redirect_uri was sent twice. Ask whoever sent you here.
redirect-unknown = The app wants the answer at an address that is not registered for it (redirect_uri). Nothing was sent there.
address-too-long = This address is too long; use at most 8192 bytes.
consent-ended = This question was answered already, or stood open for too long. Go back to the app and begin again.

# Developer service.
form-used = This was done already. What it showed is not shown again.
email-unverified = Confirm your own e-mail address first: the link is in the mail that was sent to you.
last-member = The last member cannot leave.
already-member = This person is in the team already.
