# Mails. Each purpose has a subject, a text, a note behind it and, where there is something to do, a button's words.

mail-greeting = Hello,
mail-greeting-name = Hello { $name },
mail-by-hand = If the button does not work, open this address:
mail-footer = This mail was sent by the booking software at { $host }. Please do not answer it.

mail-verify-subject = Confirm your e-mail address
mail-verify-text = Somebody, hopefully you, made an account with this address. Confirm that it is yours.
mail-verify-action = Confirm the address
mail-verify-note = The link works for 24 hours and once. If that was not you, do nothing.

mail-account-exists-subject = You have an account already
mail-account-exists-text = Somebody, hopefully you, wanted to make an account with this address. There is one already; nothing was changed.
mail-account-exists-action = Choose a new password
mail-account-exists-note = Did you forget your password? Ask for a new one under the link. If that was not you, do nothing.

mail-developer-exists-subject = You have a user already
mail-developer-exists-text = Somebody, hopefully you, wanted to register a developer account with this address. There is a user with it already; nothing was changed. Log in and add the developer account there.
mail-developer-exists-action = Add a developer account
mail-developer-exists-note = If that was not you, do nothing.

mail-reset-subject = Choose a new password
mail-reset-text = Somebody, hopefully you, asked for a new password for your account.
mail-reset-action = Choose a new password
mail-reset-note = The link works for one hour and once. If that was not you, do nothing: your password stays as it is.

mail-password-changed-subject = Your password was changed
mail-password-changed-text = The password of your account was changed, and all other browsers and apps were signed out.
mail-password-changed-action = That was not me: choose a new password
mail-password-changed-note = If that was you, there is nothing to do.

mail-email-change-subject = Confirm your new e-mail address
mail-email-change-text = This address is to become that of your account. Confirm that it is yours.
mail-email-change-action = Use this address
mail-email-change-note = The link works for 24 hours and once. If that was not you, do nothing.

mail-email-changing-subject = Another e-mail address was asked for
mail-email-changing-text = Somebody with your password asked that your account use { $email }. It changes when that address is confirmed.
mail-email-changing-action = That was not me: choose a new password
mail-email-changing-note = If that was you, there is nothing to do. A new password also ends this change.

mail-email-changed-subject = Your e-mail address was changed
mail-email-changed-text = Your account uses { $email } from now on; this address does not belong to it any more.
mail-email-changed-action = To the account
mail-email-changed-note = If that was not you, tell the people who run this installation.

mail-invite-user-subject = You have been given access
mail-invite-user-text = { $account } gave you access. Choose a password to log in with this address.
mail-invite-user-action = Choose a password
mail-invite-user-note = The link works for 14 days and once. When it has ended, ask for a new password on the login page.

mail-invite-developer-subject = Invitation to { $account }
mail-invite-developer-text = You are invited to the developer account { $account }. Whoever accepts can manage its apps and modules.
mail-invite-developer-action = Look at the invitation
mail-invite-developer-note = The link works for 7 days and once. If you do not know the sender, do nothing.

mail-confirm-contract-subject = Confirm your booking account
mail-confirm-contract-text = A booking account was made for { $account }. Confirm it so that customers can book; until then the booking page shows a preview.
mail-confirm-contract-action = Confirm the account
mail-confirm-contract-note = If you do not know of it, do nothing.

mail-security-changed-subject = Your ways to log in were changed
mail-security-changed-text = This was changed: { $what }
mail-security-changed-action = Look at the security of your account
mail-security-changed-note = If that was not you, choose a new password at once and remove what you do not know.

mail-account-deleted-subject = Your account was deleted
mail-account-deleted-text = Your account was deleted. Nobody can log in with it any more, and every app that acted for you lost its access.
mail-account-deleted-action = To the start page
mail-account-deleted-note = If that was not you, tell the people who run this installation.

# What was changed.
mail-what-totp-on = Codes from an app are needed to log in.
mail-what-totp-off = Codes from an app are not needed any more to log in.
mail-what-passkey-on = A passkey was added.
mail-what-passkey-off = A passkey was removed.
mail-what-recovery = New recovery codes were made; the old ones are void.
mail-what-recovery-used = A recovery code was used to log in.
