"""Access tokens: the long-lived one an admin pasted, or short ones issued when they are needed.

Stateless tokens live 15 minutes, cannot be revoked and are not counted, unlike all others
(https://developers.line.biz/en/docs/basics/channel-access-token/).
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from channels.exchange import Answer, Exchange
from channels.line_api.account import ACCESS_TOKEN, client_of
from channels.line_api.errors import rejection
from domain.configuration import Credentials
from domain.errors import AccountRejected, OutcomeUnknown, ProviderUnavailable
from domain.ids import AccountId

MOST_TOKENS: Final = 1000
# Not used in its last minute: the request it opens must still arrive in time.
MARGIN_SECONDS: Final = 60.0
_Key = tuple[AccountId, str]


@dataclass
class _Slot:
    """The token of one account and secret; whoever holds the lock fetches the next one."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    token: str = ""
    good_until: float = 0


class Tokens:
    """Hands out tokens, and keeps those it had issued until shortly before they expire."""

    def __init__(
        self, exchange: Exchange, api_url: str, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._exchange = exchange
        self._url = f"{api_url}/oauth2/v3/token"
        self._now = now
        self._slots: OrderedDict[_Key, _Slot] = OrderedDict()

    async def token(self, credentials: Credentials) -> str:
        """A token that is good now. Raise ChannelError; nothing was sent then."""
        if pasted := credentials.secret(ACCESS_TOKEN):
            return pasted
        client_id, client_secret = client_of(credentials)
        slot = self._slot(credentials, client_id, client_secret)
        async with slot.lock:
            if self._now() >= slot.good_until:
                await self._issue(slot, client_id, client_secret)
            return slot.token

    def forget(self, credentials: Credentials, token: str) -> bool:
        """LINE refused this token. Says whether another one can be had."""
        if credentials.secret(ACCESS_TOKEN):
            return False
        slot = self._slot(credentials, *client_of(credentials))
        if slot.token == token:  # and not one that somebody fetched meanwhile
            slot.good_until = 0
        return True

    def _slot(self, credentials: Credentials, client_id: str, client_secret: str) -> _Slot:
        """A changed secret has a slot of its own: a token of the old one is never used again."""
        fingerprint = hashlib.sha256(f"{client_id}\n{client_secret}".encode()).hexdigest()
        key = credentials.account_id, fingerprint
        slot = self._slots.setdefault(key, _Slot())
        self._slots.move_to_end(key)
        if len(self._slots) > MOST_TOKENS:
            self._slots.popitem(last=False)
        return slot

    async def _issue(self, slot: _Slot, client_id: str, client_secret: str) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        asked_at = self._now()
        try:
            answer = await self._exchange.ask("POST", self._url, data=form)
        except OutcomeUnknown as error:
            raise ProviderUnavailable("LINE issued no access token in time.") from error
        slot.token, lifetime = _read(answer)
        slot.good_until = asked_at + max(lifetime - MARGIN_SECONDS, 0)


def _read(answer: Answer) -> tuple[str, float]:
    if 400 <= answer.status < 500 and answer.status not in {408, 429}:  # noqa: PLR2004 - HTTP
        raise AccountRejected(
            "LINE issues no access token: check the channel's ID and its secret.",
            provider_code=f"http_{answer.status}",
        )
    token, lifetime = answer.fields.get("access_token"), answer.fields.get("expires_in")
    if answer.is_success and isinstance(token, str) and token and isinstance(lifetime, int | float):
        return token, float(lifetime)
    error = rejection(answer)
    if error.outcome_known and not answer.is_success:
        raise error
    raise ProviderUnavailable(
        "LINE issued no access token.",
        provider_code=error.provider_code,
        retry_after=answer.retry_after,
    )
