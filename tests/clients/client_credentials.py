"""An app as an ordinary OAuth client: discovery, client credentials with the standard answer, exchange, revocation."""

from authlib.integrations.base_client import OAuthError
from common import CONFIG, ISSUER, check, claims, discover, session

metadata = discover("oauth-authorization-server")
organization = CONFIG["organization"]

for method in ("client_secret_basic", "client_secret_post"):
    app = session(CONFIG["app"], metadata, method)
    token = app.fetch_token(grant_type="client_credentials", organization_id=organization)
    check(token["expires_in"] == 300 and token["refresh_expires_in"] == 2592000, "the standard answer")
    said = claims(metadata, token["access_token"], "at+jwt", ISSUER)
    check(said["client_id"] == CONFIG["app"]["id"], "the client")
    check(said["organization_id"] == organization, "the organization")
    answer = app.get(f"{ISSUER}/app/v3/en/organization/{organization}/show")
    check(answer.status_code == 200, answer.text)

    refresh = token["refresh_token"]
    for _ in range(2):
        again = app.refresh_token(metadata["token_endpoint"], refresh_token=refresh, organization_id=organization)
        check(again["refresh_token"] == refresh, "a stable token stays as it is")
        claims(metadata, again["access_token"], "at+jwt", ISSUER)

    revoked = app.revoke_token(metadata["revocation_endpoint"], token=refresh, token_type_hint="refresh_token")
    check(revoked.status_code == 200, revoked.text)
    try:
        app.refresh_token(metadata["token_endpoint"], refresh_token=refresh)
        check(False, "a revoked token was accepted")
    except OAuthError as error:
        check(error.error == "invalid_grant", error)

wrong = session({"id": CONFIG["app"]["id"], "secret": "wrong"}, metadata, "client_secret_basic")
try:
    wrong.fetch_token(grant_type="client_credentials")
    check(False, "a wrong secret was accepted")
except OAuthError as error:
    check(error.error == "invalid_client", error)

module = session({"id": CONFIG["module"]["id"]}, metadata, "none")
token = module.fetch_token(grant_type="client_credentials", organization_id=organization)
check(claims(metadata, token["access_token"], "at+jwt", ISSUER)["client_id"] == CONFIG["module"]["id"], "a public client")
