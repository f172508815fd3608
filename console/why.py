"""Why the conversation that is open is where it is: read while somebody looks at its details."""

from collections.abc import Sequence
from typing import Final

from application.reasons import Reason
from console.explained import reason_lines
from console.skills_needed import skills_needed
from console.workplace import Failed, Workplace, now
from domain.configuration import Caller
from domain.ids import ConversationId
from domain.skills import RequiredSkill, Skill
from domain.views import LiveEvent, LiveEventType

_TELLING: Final = (
    LiveEventType.CONVERSATION_CHANGED,
    LiveEventType.OFFER_MADE,
    LiveEventType.OFFER_SETTLED,
)


class Why:
    """Reasons, and the skills that whoever gets it next must have."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._updates = place.services.engine.skill_updates
        self._known: list[Skill] | None = None
        self._about: ConversationId | None = None

    async def happened(self, events: Sequence[LiveEvent]) -> None:
        """Only what can be a decision is a reason to read again."""
        about = self._place.opened.view.conversation_id if self._place.opened else None
        if any(each.conversation_id == about and each.type in _TELLING for each in events):
            await self.look()

    async def look(self) -> None:
        """As it is now, unless nobody looks."""
        opened, panel = self._place.opened, self._place.layout.why
        if opened is None or not self._place.shows_details:
            return
        conversation_id = opened.view.conversation_id
        if conversation_id != self._about:
            self._about = conversation_id
            panel.clear()
        try:
            reasons = await self._place.do(lambda caller: self._read(caller, conversation_id))
        except Failed as failed:
            panel.complain(str(failed))
            return
        if self._place.opened is opened:
            reader, names = self._place.reader, self._place.records.names
            with self._place.page:
                panel.show(reason_lines(reasons, names, reader, now()))
                panel.need(skills_needed(opened.view, self._known or (), reader))

    async def require(self, skills: Sequence[RequiredSkill]) -> str | None:
        """Replace what it needs; say what went wrong."""
        opened = self._place.opened
        if opened is None:
            return None
        conversation_id = opened.view.conversation_id
        try:
            changed = await self._place.do(
                lambda caller: self._updates.put(caller, conversation_id, skills)
            )
        except Failed as failed:
            return str(failed)
        self._place.changed(changed)
        await self.look()
        return None

    async def _read(self, caller: Caller, conversation_id: ConversationId) -> list[Reason]:
        """Skills are set up rarely: once per page is enough."""
        if self._known is None:
            self._known = await self._updates.known()
        return await self._place.records.reasons(caller, conversation_id)
