"""What the scripts share. The first argument is a JSON document: where the server is and who we are."""

import json
import sys

import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

CONFIG = json.loads(sys.argv[1])
ISSUER = CONFIG["issuer"]


def discover(name):
    metadata = requests.get(f"{ISSUER}/.well-known/{name}", timeout=10).json()
    check(metadata["issuer"] == ISSUER, "the issuer")
    return metadata


def check(condition, what):
    if not condition:
        raise AssertionError(f"not as it should be: {what}")


def session(client, metadata, method, **rest):
    own = OAuth2Session(
        client_id=client["id"],
        client_secret=client.get("secret"),
        token_endpoint=metadata["token_endpoint"],
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        **rest,
    )
    own.trust_env = False
    return own


def claims(metadata, token, kind, audience):
    """The claims of a token, with signature, kind and every registered claim checked."""
    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json())
    read = jwt.decode(token, keys, algorithms=["EdDSA", "Ed25519", "RS256"])
    check(read.header["typ"].lower() == kind, f"typ {read.header}")
    registry = jwt.JWTClaimsRegistry(
        now=CONFIG["now"],
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
        iat={"essential": True},
    )
    registry.validate(read.claims)
    return read.claims


def person(url):
    """Somebody else is the person: prints where she is sent and reads where she was sent back to."""
    print(f"AUTHORIZE {url}", flush=True)
    return sys.stdin.readline().strip()


