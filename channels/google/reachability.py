"""Whether a phone can be reached over RCS, and what it shows; asked once in a while per phone.

https://developers.google.com/business-communications/rcs-business-messaging/guides/build/capabilities
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

from channels.google import bodies
from channels.google.api import GoogleApi
from domain.configuration import Credentials
from domain.ids import AccountId, new_id

KEPT_FOR: Final = 3600.0
"""Seconds. People change their phones rarely; Google charges nothing, but the answer takes time."""
_KEPT: Final = 10_000


class Line(NamedTuple):
    """An agent and a phone."""

    account_id: AccountId
    agent: str
    phone: str


class Reachability:
    """Remembers who could be reached. Who could not is asked about again each time."""

    def __init__(self, api: GoogleApi, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._known: OrderedDict[Line, tuple[float, frozenset[str]]] = OrderedDict()

    async def features(
        self, agent: str, phone: str, phone_url: str, credentials: Credentials
    ) -> frozenset[str]:
        """What the phone can show. Raise RecipientUnreachable, or another ChannelError."""
        line = Line(credentials.account_id, agent, phone)
        asked_at, known = self._known.get(line, (None, frozenset[str]()))
        if asked_at is not None and self._clock() - asked_at < KEPT_FOR:
            return known
        query = {"requestId": str(new_id()), "agentId": agent}
        answer = await self._api.ask(credentials, "GET", f"{phone_url}/capabilities", query)
        found = frozenset(bodies.of(answer).texts("features"))
        self._remember(line, found)
        return found

    def forget(self, agent: str, phone: str, credentials: Credentials) -> None:
        """Ask again before the next message."""
        self._known.pop(Line(credentials.account_id, agent, phone), None)

    def _remember(self, line: Line, features: frozenset[str]) -> None:
        self._known[line] = (self._clock(), features)
        self._known.move_to_end(line)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
