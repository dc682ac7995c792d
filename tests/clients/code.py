"""A person logs in to an app (confidential) and to a module (public): code with PKCE, ID token, userinfo, exchange,
introspection and revocation."""

from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from common import CONFIG, ISSUER, check, claims, discover, person, session

metadata = discover("openid-configuration")
organization = CONFIG["organization"]

CLIENTS = [
    (CONFIG["app"], "client_secret_basic", "https://spa.example/cb", False),
    (CONFIG["module"], "none", "http://127.0.0.1:51234/cb", True),
]
for client, method, redirect, rotating in CLIENTS:
    own = session(
        client, metadata, method, scope="openid", redirect_uri=redirect, code_challenge_method="S256"
    )
    verifier, nonce = generate_token(48), generate_token(20)
    address, state = own.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, organization_id=organization
    )
    came = person(address)
    check(came.startswith(redirect + "?"), f"where it led: {came}")
    token = own.fetch_token(
        authorization_response=came, state=state, code_verifier=verifier, organization_id=organization
    )
    check(token["expires_in"] == 300, "the standard answer")
    said = claims(metadata, token["id_token"], "jwt", client["id"])
    check(said["nonce"] == nonce, "the nonce")
    access = claims(metadata, token["access_token"], "at+jwt", ISSUER)
    check(access["sub"] == said["sub"] == access["user_id"], "one person")
    who = own.get(metadata["userinfo_endpoint"]).json()
    check(who["sub"] == said["sub"] and who["email"] == CONFIG["email"], who)

    refresh = token["refresh_token"]
    again = own.refresh_token(metadata["token_endpoint"], refresh_token=refresh, organization_id=organization)
    check((again["refresh_token"] != refresh) == rotating, "public clients rotate, the others do not")
    newest = again["refresh_token"]

    def introspect(asked):
        return own.introspect_token(metadata["introspection_endpoint"], token=asked).json()

    if not rotating:
        check(introspect(again["access_token"])["active"], "introspection")
    revoked = own.revoke_token(metadata["revocation_endpoint"], token=newest)
    check(revoked.status_code == 200, revoked.text)
    if not rotating:
        check(introspect(again["access_token"]) == {"active": False}, "nothing is told of what ended")
    try:
        own.refresh_token(metadata["token_endpoint"], refresh_token=newest)
        check(False, "a revoked token was accepted")
    except OAuthError as error:
        check(error.error == "invalid_grant", error)
    try:
        own.fetch_token(authorization_response=came, state=state, code_verifier=verifier)
        check(False, "a code worked twice")
    except OAuthError as error:
        check(error.error == "invalid_grant", error)
