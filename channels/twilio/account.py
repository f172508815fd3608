"""What an admin sets for a Twilio account, and what follows from it.

Settings: account_sid, api_key_sid, messaging_service_sid, sandbox, sandbox_join_code, and
`sub_account:<endpoint address>` for an endpoint that belongs to a sub-account.
Secrets: auth_token, `auth_token:<sub-account sid>`, api_key_secret, shared_key.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final

from domain.configuration import Credentials
from domain.errors import AccountRejected

ACCOUNT_SID: Final = re.compile(r"AC[0-9a-fA-F]{32}")
API_KEY_SID: Final = re.compile(r"SK[0-9a-fA-F]{32}")
SERVICE_SID: Final = re.compile(r"MG[0-9a-fA-F]{32}")
SUB_ACCOUNT: Final = "sub_account:"
SUB_ACCOUNT_TOKEN: Final = "auth_token:"  # noqa: S105 - the name of a secret
_FORMATS: Final = {
    "account_sid": (ACCOUNT_SID, "the account SID, AC and 32 hexadecimal digits"),
    "api_key_sid": (API_KEY_SID, "an API key's SID, SK and 32 hexadecimal digits"),
    "messaging_service_sid": (SERVICE_SID, "a messaging service's SID, MG and 32 hexadecimal digits"),
}


def account_sid(credentials: Credentials) -> str:
    """The account's own SID, or "" while it is not set."""
    return credentials.settings.get("account_sid", "")


def signing_tokens(credentials: Credentials, sid: str) -> tuple[str, ...]:
    """The tokens that account signs with. Empty: not ours, or not set up; the door stays closed.

    A sub-account signs with its own token, never with its parent's.
    """
    name = "auth_token" if sid in ("", account_sid(credentials)) else f"{SUB_ACCOUNT_TOKEN}{sid}"
    return tuple(token for token in credentials.secrets.get(name, ()) if token)


def shared_keys(credentials: Credentials) -> tuple[str, ...]:
    """The keys of Twilio's HMAC-SHA256 signatures."""
    return tuple(key for key in credentials.secrets.get("shared_key", ()) if key)


def rest_auth(credentials: Credentials) -> tuple[str, str]:
    """User and password of the REST API: an API key where one is set, else the auth token."""
    key, key_secret = credentials.settings.get("api_key_sid"), credentials.secret("api_key_secret")
    if key and key_secret:
        return key, key_secret
    sid, token = account_sid(credentials), credentials.secret("auth_token")
    if not sid or not token:
        raise AccountRejected("Set the Twilio account's SID and auth token before sending.")
    return sid, token


def owner_of(credentials: Credentials, address: str) -> str:
    """The account or sub-account an endpoint belongs to. A parent may act for its sub-accounts."""
    sid = credentials.settings.get(f"{SUB_ACCOUNT}{address}", account_sid(credentials))
    if not ACCOUNT_SID.fullmatch(sid):
        raise AccountRejected(f"Set the account SID that owns {address}: AC and 32 hexadecimal digits.")
    return sid


def is_sandbox(settings: Mapping[str, str]) -> bool:
    """Twilio's shared WhatsApp number, for trying things out."""
    return settings.get("sandbox", "").lower() == "true"


def missing(settings: Mapping[str, str], secrets: Collection[str]) -> list[str]:
    """What keeps this account from working."""
    problems = [
        f"Set {name} to {words}."
        for name, (shape, words) in _FORMATS.items()
        if (settings.get(name) or name == "account_sid") and not shape.fullmatch(settings.get(name, ""))
    ]
    if "auth_token" not in secrets:
        problems.append("Set the secret auth_token: without it every webhook is refused.")
    if bool(settings.get("api_key_sid")) != ("api_key_secret" in secrets):
        problems.append("Set api_key_sid and the secret api_key_secret together, or neither.")
    if is_sandbox(settings) and not settings.get("sandbox_join_code"):
        problems.append("Set sandbox_join_code to the words customers send to join the sandbox.")
    return problems + _sub_account_problems(settings, secrets)


def _sub_account_problems(settings: Mapping[str, str], secrets: Collection[str]) -> list[str]:
    return [
        f"Set the secret {SUB_ACCOUNT_TOKEN}{sid}: a sub-account signs with its own token."
        for name, sid in settings.items()
        if name.startswith(SUB_ACCOUNT)
        and sid != settings.get("account_sid")
        and f"{SUB_ACCOUNT_TOKEN}{sid}" not in secrets
    ]
