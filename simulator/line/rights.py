"""The two rights an application holds: to answer an event once, and to repeat a request safely."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from simulator.records import Record

REPLY_LIFE: Final = timedelta(minutes=1)
# However often an event is delivered again, its token dies by then.
REPLY_AGE: Final = timedelta(minutes=20)
KEY_LIFE: Final = timedelta(hours=24)
MOST_KEPT: Final = 20_000


class ReplyRight(Record):
    """Whom a reply token answers, and since when."""

    business: str
    chat: str
    received_at: datetime
    delivered_at: datetime

    def is_good(self, now: datetime) -> bool:
        return now - self.delivered_at <= REPLY_LIFE and now - self.received_at <= REPLY_AGE


class AcceptedCall(Record):
    """A request that was taken, and what was answered."""

    request_id: str
    sent: list[dict[str, str]]
    accepted_at: datetime


class Rights:
    """In memory: a reply token lives a minute, and retry keys are put back at the start."""

    def __init__(self) -> None:
        self._replies: OrderedDict[str, ReplyRight] = OrderedDict()
        self._calls: OrderedDict[tuple[str, str], AcceptedCall] = OrderedDict()

    def grant(self, token: str, right: ReplyRight) -> None:
        self._replies[token] = right
        if len(self._replies) > MOST_KEPT:
            self._replies.popitem(last=False)

    def renew(self, token: str, now: datetime) -> None:
        """The event is delivered again. A token that was used stays used."""
        if (right := self._replies.get(token)) is not None:
            self._replies[token] = right.model_copy(update={"delivered_at": now})

    def use(self, token: str, business: str, now: datetime) -> ReplyRight | None:
        """Whom to answer; None: expired, used, unknown, or another bot's."""
        right = self._replies.get(token)
        if right is None or right.business != business or not right.is_good(now):
            return None
        return self._replies.pop(token)

    def remember(self, account_id: str, key: str, call: AcceptedCall) -> None:
        self._calls[account_id, key] = call
        if len(self._calls) > MOST_KEPT:
            self._calls.popitem(last=False)

    def accepted(self, account_id: str, key: str, now: datetime) -> AcceptedCall | None:
        """What was answered when this key was accepted."""
        call = self._calls.get((account_id, key))
        return call if call is not None and now - call.accepted_at < KEY_LIFE else None
