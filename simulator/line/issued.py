"""Channel access tokens v2.1: counted, listed and revoked. They end with the process that issued them.

https://developers.line.biz/en/reference/messaging-api/#issue-channel-access-token-v2-1
"""

import secrets
from datetime import datetime, timedelta
from typing import Final, NamedTuple

MOST_VALID: Final = 30
LONGEST_LIFE: Final = timedelta(days=30)


class IssuedToken(NamedTuple):
    """One of them, as LINE remembers it."""

    account_id: str
    key_id: str
    ends_at: datetime


class IssuedTokens:
    """Those of all channels."""

    def __init__(self) -> None:
        self._tokens: dict[str, IssuedToken] = {}

    def issue(self, account_id: str, life: timedelta, now: datetime) -> tuple[str, IssuedToken] | None:
        """A new token; None when the channel has as many as it may."""
        if len(self.valid(account_id, now)) >= MOST_VALID:
            return None
        token, issued = secrets.token_urlsafe(64), IssuedToken(account_id, _key_id(), now + life)
        self._tokens[token] = issued
        return token, issued

    def valid(self, account_id: str, now: datetime) -> list[IssuedToken]:
        """A channel's tokens that open the API now."""
        return [
            each
            for each in self._tokens.values()
            if each.account_id == account_id and each.ends_at > now
        ]

    def find(self, token: str, now: datetime) -> IssuedToken | None:
        """The token, while it is valid."""
        found = self._tokens.get(token)
        return found if found is not None and found.ends_at > now else None

    def revoke(self, token: str) -> None:
        """It opens nothing any more; one that does not exist did not before."""
        self._tokens.pop(token, None)


def _key_id() -> str:
    return secrets.token_urlsafe(8)
