"""What an admin sets for a LINE channel, and what follows from it.

Settings: channel_id, and `groups` (`ignore` or `serve`).
Secrets: channel_secret, and channel_access_token for those who paste a long-lived one, or assertion_key
for those who have tokens v2.1 issued.
"""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from domain.configuration import Credentials
from domain.errors import AccountRejected, InvalidInput

CHANNEL_SECRET: Final = "channel_secret"  # noqa: S105 - the name of a secret
ACCESS_TOKEN: Final = "channel_access_token"  # noqa: S105 - the same
ASSERTION_KEY: Final = "assertion_key"
USER: Final = re.compile(r"U[0-9a-f]{32}")
_CHANNEL_ID: Final = re.compile(r"[0-9]{5,20}")


class Groups(StrEnum):
    """What is done with what people say in groups the bot was invited to."""

    IGNORE = "ignore"
    SERVE = "serve"


def groups(settings: Mapping[str, str]) -> Groups:
    """The policy; anything that is not one is the careful one."""
    return Groups.SERVE if settings.get("groups") == Groups.SERVE else Groups.IGNORE


def channel_secrets(credentials: Credentials) -> tuple[str, ...]:
    """Every secret LINE may sign with. Empty: not set up; the door stays closed."""
    return tuple(secret for secret in credentials.secrets.get(CHANNEL_SECRET, ()) if secret)


def client_of(credentials: Credentials) -> tuple[str, str]:
    """Channel id and secret, with which tokens are issued. A new secret ends the old one at once."""
    channel_id, secrets = credentials.settings.get("channel_id", ""), channel_secrets(credentials)
    if not channel_id or not secrets:
        raise AccountRejected("Set the LINE channel's ID and secret, or paste an access token.")
    return channel_id, secrets[0]


def bot_user_id(text: str) -> str:
    """A bot's own user id, as webhooks name their destination. Raise InvalidInput."""
    if not USER.fullmatch(text.strip()):
        raise InvalidInput(
            "A LINE endpoint is the bot's user ID, U and 32 hexadecimal digits: LINE tells it at "
            "GET /v2/bot/info.",
            field="address",
        )
    return text.strip()


def missing(settings: Mapping[str, str], secrets: Collection[str]) -> list[str]:
    """What keeps this account from working."""
    problems = []
    if not _CHANNEL_ID.fullmatch(settings.get("channel_id", "")):
        problems.append("Set channel_id to the channel's ID in the LINE Developers console: digits.")
    if CHANNEL_SECRET not in secrets:
        problems.append("Set the secret channel_secret: without it every webhook is refused.")
    if ACCESS_TOKEN in secrets and ASSERTION_KEY in secrets:
        problems.append(
            f"Clear one of {ACCESS_TOKEN} and {ASSERTION_KEY}: the pasted token is used now."
        )
    if settings.get("groups", Groups.IGNORE) not in list(Groups):
        problems.append("Set groups to ignore or serve, or leave it out: groups are ignored then.")
    return problems
