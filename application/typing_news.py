"""Who is typing right now, as far as this process heard. Forgotten within seconds."""

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from domain.ids import ConversationId
from domain.views import LiveEvent, LiveEventType
from storage.typing_signals import TypingSignal, TypingSignals
from storage.visibility import Viewer

# An agent who is told later than this is told nothing: it is not true any more, most likely.
TRUE_FOR: Final = 10.0
KEPT_AT_MOST: Final = 1_000
TOLD_AT_ONCE: Final = 50


class _Heard(NamedTuple):
    number: int
    signal: TypingSignal
    at: float


class TypingNews:
    """The latest signal of each conversation, a bounded number of them, in order."""

    def __init__(self, signals: TypingSignals, clock: Callable[[], float] = time.monotonic) -> None:
        self._signals = signals
        self._clock = clock
        self._heard: OrderedDict[ConversationId, _Heard] = OrderedDict()
        self.last = 0

    def hear(self, news: str) -> None:
        """What the database told this process; anything else is none of our business."""
        signal = TypingSignal.read(news)
        if signal is None:
            return
        self.last += 1
        self._heard[signal.conversation_id] = _Heard(self.last, signal, self._clock())
        self._heard.move_to_end(signal.conversation_id)
        if len(self._heard) > KEPT_AT_MOST:
            self._heard.popitem(last=False)

    async def after(self, number: int, viewer: Viewer, cursor: str) -> tuple[LiveEvent, ...]:
        """What was heard after that number, as far as it is still true and theirs to see."""
        fresh = self._after(number)
        if not fresh:
            return ()
        visible = await self._signals.visible(fresh.keys(), viewer)
        return tuple(
            LiveEvent(
                cursor=cursor,
                type=LiveEventType.CUSTOMER_TYPING,
                at=datetime.now(UTC),
                conversation_id=view.conversation_id,
                conversation=view,
                data={"is_typing": fresh[view.conversation_id].is_typing},
            )
            for view in visible
        )

    def _after(self, number: int) -> dict[ConversationId, TypingSignal]:
        if number == self.last:
            return {}
        oldest = self._clock() - TRUE_FOR
        latest = list(self._heard.values())[-TOLD_AT_ONCE:]
        return {
            heard.signal.conversation_id: heard.signal
            for heard in latest
            if heard.number > number and heard.at >= oldest
        }
