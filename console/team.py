"""What people do together with the conversation that is open: transfers, help, and joining in."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

from console.teamwork import Choice, choices_of, teamwork_of
from console.workplace import Failed, Workplace
from domain.configuration import Caller
from domain.ids import AgentId, ConversationId, new_id
from domain.offers import OfferState
from domain.participants import Participant, Role
from domain.views import LiveEvent, LiveEventType

_MOST: Final = 200
_TELLING: Final = (LiveEventType.CONVERSATION_CHANGED, LiveEventType.ANNOUNCED)


class Team:
    """Every deed is a use case; who takes part is read again when something changed."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._engine = place.services.engine
        self._asked_about: ConversationId | None = None

    async def happened(self, events: Sequence[LiveEvent]) -> None:
        """Somebody may have come or gone."""
        about = self._about
        for each in events:
            if each.type is LiveEventType.OFFER_SETTLED and each.conversation_id == about:
                await self._tell_answer(each)
        if any(each.conversation_id == about and each.type in _TELLING for each in events):
            await self.look()

    async def look(self) -> None:
        """Who takes part now."""
        opened = self._place.opened
        if opened is None:
            return
        conversation_id = opened.view.conversation_id
        try:
            present = await self._place.do(lambda caller: self._present(caller, conversation_id))
        except Failed:
            return  # whoever sees it no more is told so where it was
        if self._place.opened is opened:
            with self._place.page:
                teamwork = teamwork_of(opened.view, present, self._place.reader)
                self._place.layout.team.show(teamwork, conversation_id)

    async def choices(self) -> Sequence[Choice]:
        """To whom it may go, or who may be asked.

        What is chosen then is for this conversation, whichever is open by then.
        """
        self._asked_about = self._about
        try:
            return await self._place.do(self._choices)
        except Failed as failed:
            self._complain(str(failed))
            return ()

    async def hand_over(self, key: str, note: str) -> str | None:
        """Transfer it; say what went wrong."""
        kind, target = _read(key)
        said = note.strip() or None
        transfers = self._engine.transfers

        async def doing(caller: Caller, about: ConversationId) -> object:
            if kind == "queue":
                return await transfers.to_queue(caller, about, target, said, new_id())
            return await transfers.to_agent(caller, about, target, said)

        return await self._do(doing, self._asked_about)

    async def ask(self, key: str) -> str | None:
        """Ask for help; say what went wrong."""
        kind, target = _read(key)
        consulting = self._engine.consulting
        ask = consulting.ask_queue if kind == "queue" else consulting.ask_agent
        return await self._do(lambda caller, about: ask(caller, about, target), self._asked_about)

    async def dismiss(self, agent_id: AgentId) -> None:
        """Their help is over."""
        taking_part = self._engine.taking_part
        self._complain(
            await self._do(lambda caller, about: taking_part.dismiss(caller, about, agent_id))
        )

    async def take_part(self, role: Role) -> None:
        """Read along, or join."""
        taking_part = self._engine.taking_part
        self._complain(await self._do(lambda caller, about: taking_part.come(caller, about, role)))

    async def leave(self) -> None:
        """Take part no more."""
        self._complain(await self._do(self._engine.taking_part.leave))

    async def say(self, text: str) -> None:
        """To the agents, and nobody else."""
        if not text.strip():
            return
        taking_part = self._engine.taking_part

        async def doing(caller: Caller, about: ConversationId) -> object:
            message = await taking_part.say(caller, about, text, new_id())
            self._place.said(about, [message])
            return message

        problem = await self._do(doing)
        self._complain(problem)
        if problem is None:
            with self._place.page:
                self._place.layout.team.said()

    @property
    def _about(self) -> ConversationId | None:
        return self._place.opened.view.conversation_id if self._place.opened else None

    async def _do(
        self,
        doing: Callable[[Caller, ConversationId], Awaitable[object]],
        about: ConversationId | None = None,
    ) -> str | None:
        about = about or self._about
        if about is None:
            return None
        try:
            await self._place.do(lambda caller: doing(caller, about))
        except Failed as failed:
            return str(failed)
        await self.look()
        return None

    async def _choices(self, caller: Caller) -> list[Choice]:
        queues, _ = await self._engine.queues.listing(caller, None, _MOST)
        colleagues, _ = await self._engine.transfers.colleagues(None, _MOST)
        return choices_of(queues, colleagues, self._place.reader)

    async def _present(self, caller: Caller, conversation_id: ConversationId) -> list[Participant]:
        return await self._engine.taking_part.present(caller, conversation_id)

    async def _tell_answer(self, event: LiveEvent) -> None:
        """Whoever was asked has answered; or we were, and know."""
        reader, names = self._place.reader, self._place.records.names
        agent_id = UUID(str(event.data.get("agent_id", reader.agent_id)))
        answer = reader.texts.answers.get(event.data.get("state", OfferState.ACCEPTED))
        if answer is not None and agent_id != reader.agent_id:
            await self._place.records.learn({agent_id})
            self._complain(answer.format(name=names.get(agent_id, reader.texts.agent)))

    def _complain(self, problem: str | None) -> None:
        with self._place.page:
            self._place.layout.team.complain(problem)


def _read(key: str) -> tuple[str, UUID]:
    kind, _, target = key.partition(" ")
    return kind, UUID(target)
