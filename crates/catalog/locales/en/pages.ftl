# The frame of every page.
page-skip = To the content
page-navigation = Main
page-developer = Developers
page-logout = Log out
page-paging = Pages
page-previous = Previous
page-next = Next
page-home = To my account
page-not-found = This page does not exist
page-problem = That did not work

# Forms.
form-errors = Please check what you entered
form-optional = (optional)
form-date-hint = As YYYY-MM-DD

# Logging in.
login-title = Log in
login-for = To go on to { $app }.
login-email = E-mail address
login-password = Password
login-submit = Log in
login-forgot = I have forgotten my password
login-register = Create a user account
login-developer = Register as a developer

# Allowing an app something.
consent-title = Allow access
consent-heading = Allow { $app } to act for you?
consent-by = Made by { $account }.
consent-organization = In the organization { $organization } and everything below it.
consent-everywhere = In every organization that you work for and that has this app.
consent-may = It may
consent-nothing = do nothing but know who you are.
consent-openid = It also learns your name, your e-mail address and your language.
consent-limits = It never may more than you may yourself. You are logged in as { $user }.
consent-goes-to = The answer goes to { $host }.
consent-allow = Allow
consent-deny = Do not allow
consent-later = What I have allowed, and how to take it back

# Logging out.
logout-title = Log out
logout-ask = Do you want to log out here? Apps that you allowed to act for you keep what you allowed.
logout-submit = Log out
logout-done = You are logged out.
logout-again = Log in again

# The first page.
start-title = Welcome
start-what = Here runs Kalends, open software for booking appointments.
start-people = My account
start-people-what = Your profile, your password, where you are logged in, and what you let apps do.
start-people-go = To my account
start-developer-what = Make apps and modules for the calendar, with a demo organization to try them on.
start-developer-go = To the developer service
start-reference = API reference
start-reference-what = Every operation with its fields, to read and to try out.
