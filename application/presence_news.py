"""Whose presence, or load, has changed, as far as this process heard: told as it is when asked."""

from collections import OrderedDict
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from domain.ids import AgentId
from domain.views import PresenceChanged
from routing.presences import at_work
from storage.attendances import Attendances
from storage.visibility import Viewer

NOTHING: Final = -1
"""Where one begins who knows of no presence yet: everybody's is news."""
_WORD: Final = "presence"
KEPT_AT_MOST: Final = 1_000


class PresenceNews:
    """The agents of the latest changes, a bounded number of them, in order.

    What was missed while PostgreSQL did not wake this process is told as a whole.
    """

    def __init__(self, attendances: Attendances) -> None:
        self._attendances = attendances
        self._heard: OrderedDict[AgentId, int] = OrderedDict()
        self._complete_since = 0
        self.last = 0

    def hear(self, news: str) -> None:
        """What the database told this process; anything else is none of our business."""
        match news.split():
            case [word, agent_id] if word == _WORD:
                self._remember(UUID(agent_id))

    def missed(self) -> None:
        """Nobody knows what has changed meanwhile."""
        self.last += 1
        self._complete_since = self.last
        self._heard.clear()

    async def after(self, number: int, viewer: Viewer, cursor: str) -> tuple[PresenceChanged, ...]:
        """Whoever changed after that number, of those whom this viewer may watch."""
        only = self._after(number, viewer)
        if only == []:
            return ()
        now = datetime.now(UTC)
        found = await self._attendances.visible(viewer, only)
        return tuple(PresenceChanged(cursor=cursor, at=now, agent=at_work(each)) for each in found)

    def _remember(self, agent_id: AgentId) -> None:
        self.last += 1
        self._heard[agent_id] = self.last
        self._heard.move_to_end(agent_id)
        if len(self._heard) > KEPT_AT_MOST:
            _, self._complete_since = self._heard.popitem(last=False)

    def _after(self, number: int, viewer: Viewer) -> list[AgentId] | None:
        """None: possibly everybody."""
        if number < self._complete_since:
            return None
        changed = [agent_id for agent_id, heard in self._heard.items() if heard > number]
        return changed if viewer.sees_all else [each for each in changed if each == viewer.agent_id]
