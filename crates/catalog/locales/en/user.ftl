# The user account: navigation.
user-nav = Account
user-nav-profile = Profile
user-nav-email = E-mail address
user-nav-password = Password
user-nav-security = Second factor and passkeys
user-nav-sessions = Logged-in browsers
user-nav-consents = Apps
user-nav-invitations = Invitations
user-nav-delete = Delete account
user-to-login = To the login
user-to-account = To my account
user-save = Save
user-saved = Saved.
user-copy = Copy
user-copied = Copied

# Fields.
user-first-name = First name
user-last-name = Last name
user-email-address = E-mail address
user-password-new = New password
user-password-current = Your current password
user-password-hint = At least 10 characters. A few words you can remember are a good choice.
user-locale = Language
user-locale-hint = Of these pages and of mails
user-time-zone = Time zone

# Registering and proving the address.
user-register = Create a user account
user-register-intro = With a user account you log in to apps and to the developer service.
user-register-email-hint = We send a link there to make sure that it is yours.
user-register-button = Create the account
user-register-sent = Thank you. We have sent a mail to this address; open the link in it.
user-verify = Confirm the e-mail address
user-verify-ask = Is { $email } your address?
user-verify-button = Yes, confirm it
user-verify-done = Your address is confirmed.
user-verify-send = Send the link again
user-verify-sent = We have sent the link again.
user-unverified = The address { $email } is not confirmed yet.
user-contract = Confirm the booking account
user-contract-ask = Once it is confirmed, customers can book.
user-contract-button = Confirm the account
user-contract-done = The booking account is confirmed.

# Forgotten and first passwords.
user-forgot = I have forgotten my password
user-forgot-intro = Tell us your address, and we send a link there to choose a new password.
user-forgot-button = Send the link
user-forgot-sent = If there is an account with this address, a mail is on its way.
user-reset = Choose a new password
user-reset-for = For the account { $email }.
user-reset-button = Set the password
user-reset-done = Your password is set. Log in with it; everything that was open before has ended.
user-invitation = Choose your password

# Second step of a login.
user-code = Enter the code
user-code-label = Code
user-code-hint = The six digits of your app, or one of your recovery codes.
user-code-restart = Begin the login again

# Profile, address, password.
user-profile = Profile
user-email = E-mail address
user-email-now = Your account uses { $email }.
user-email-new = New e-mail address
user-email-hint = We send a link there; the address changes when you open it.
user-email-button = Send the link
user-email-sent = We have sent a link to the new address and a notice to the present one.
user-new-email = Confirm the new e-mail address
user-new-email-ask = Should your account use { $email } from now on?
user-new-email-button = Yes, use it
user-new-email-done = Your account uses the new address.
user-password = Password
user-password-intro = A new password logs you out everywhere else, and apps that act for you need you to log in again.
user-password-button = Change the password
user-password-done = Your password is changed.

# Sessions.
user-sessions = Logged-in browsers
user-sessions-intro = End what you do not know, and then change your password.
user-sessions-ended = Logged out there.
user-sessions-unnamed = A browser without a name
user-sessions-this = This browser
user-sessions-since = Logged in
user-sessions-seen = Last used
user-sessions-network = From
user-sessions-end = Log out there
user-sessions-end-others = Log out everywhere else
user-method-password = with the password
user-method-totp = with password and code
user-method-passkey = with a passkey

# Apps.
user-consents = Apps
user-consents-intro = You allowed these to act for you.
user-consents-none = You have not allowed any app to act for you.
user-consents-since = Since { $when }
user-consents-withdraw = Do not allow any more
user-consents-withdrawn = The app may not act for you any more.

# Second factor.
user-security = Second factor and passkeys
user-app = Set up an app
user-app-heading = Codes from an app
user-app-intro = An app on your telephone shows a code that you enter after the password.
user-app-on = They are switched on.
user-app-is-off = Codes are not needed any more.
user-app-scan = Scan this picture with your app.
user-app-picture = The picture for your app; the text below says the same
user-app-by-hand = Or enter this text by hand:
user-app-open = Or open the app on this device
user-app-then = Then enter the code that it shows.
user-app-code = Code of the app
user-app-button = Switch on
user-app-off = Switch the codes off
user-app-off-ask = Your password alone is enough to log in then, and the recovery codes are void.
user-app-off-button = Switch off
user-codes = Recovery codes
user-codes-left = Recovery codes that are left: { $count }.
user-codes-intro = Keep these codes where your telephone is not. Each lets you in once. You see them only now.
user-codes-shown = Recovery codes are shown once. Make new ones if you do not have them.
user-codes-renew = Make new recovery codes
user-codes-renew-ask = The old ones are void then.
user-codes-renew-button = Make new codes

# Passkeys.
user-passkey-heading = Passkeys
user-passkey-intro = A passkey on your device or security key logs you in with your finger, face or PIN, without a password.
user-passkey-add = Add a passkey
user-passkey-added = The passkey is added.
user-passkey-removed = The passkey is removed.
user-passkey-name = Name of the passkey
user-passkey-name-hint = Such as the device it is on
user-passkey-button = Make the passkey
user-passkey-script = Your browser makes passkeys with JavaScript only.
user-passkey-failed = No passkey was made or used. Try again.
user-passkey-nowhere = Passkeys need an installation with a host name and TLS.
user-passkey-created = Added
user-passkey-used = Last used
user-passkey-never = never
user-passkey-remove = Remove the passkey
user-passkey-remove-ask = { $name } does not log you in any more then. Remove it on your device as well.
user-passkey-login = Log in with a passkey

# Invitations.
user-invitations = Invitations
user-invitations-none = No invitation waits for you.
user-invitations-what = You are invited to this developer account. Whoever accepts can manage its apps and modules.
user-invitations-until = Until { $when }
user-invitations-accept = Accept
user-invitations-decline = Decline
user-invitations-accepted = You belong to the account now.
user-invitations-declined = You have declined.

# Deleting.
user-delete = Delete account
user-delete-intro = This ends, and cannot be brought back:
user-delete-sessions = logged-in browsers: { $count }
user-delete-consents = apps that may act for you: { $count }
user-delete-organization = your rights as an admin of { $name }
user-delete-developer = your place in the developer account { $name }
user-delete-kept = What you did for an organization stays with it: appointments, customers, settings.
user-delete-first = Before that
user-delete-button = Delete my account
user-deleted = Account deleted
user-deleted-done = Your account is deleted. We have sent you a mail about it.
