"""One agent's page: what is open on it, and how it follows what happens."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

import structlog
from nicegui import Client

from application.services import Services
from console import paths
from console.board import Board
from console.cards import arranged, unread_count
from console.layout import Layout, Uses
from console.load import load_of
from console.offer_cards import OfferCard
from console.opened import Opened
from console.reader import Reader
from console.records import Records
from console.session import agent_caller
from console.showing import Beside, show_opened
from console.standing import standing_of
from console.titles import title_of
from domain.channels import Capabilities
from domain.configuration import Caller
from domain.errors import HoldfastError, NotAllowed, NotSignedIn
from domain.ids import ConversationId
from domain.messages import Note
from domain.views import ConversationView, LiveEvent, MessageView, PresenceChanged

Result = TypeVar("Result")
log = structlog.get_logger()


class Failed(Exception):
    """It did not happen; the message says why, in words for the person at the page."""


class Companion(Protocol):
    """Somebody who keeps another part of the page up to date."""

    async def happened(self, events: Sequence[LiveEvent]) -> None: ...

    async def look(self) -> None:
        """Another conversation is open, or its details are; or time went by."""


class Workplace:
    """Nothing here outlives the page: everything it shows is in PostgreSQL."""

    def __init__(self, client: Client, services: Services, token: str, reader: Reader) -> None:
        self.services = services
        self.reader = reader
        self.opened: Opened | None = None
        self.shows_details = False
        self.companions: tuple[Companion, ...] = ()
        self.page = client
        self._token = token
        self.records = Records(services)
        self._board = Board()
        self._wanted: ConversationId | None = None
        self._notes: list[Note] = []
        self._offered: frozenset[ConversationId] = frozenset()
        self._title = ""

    def build(self, uses: Uses) -> None:
        """Put the page together."""
        self.layout = Layout(self.reader, self, uses)

    async def begin(self, caller: Caller, path: str) -> None:
        """What the page shows first."""
        self._board.replace(await self.records.running(caller))
        await self.go(path)

    # -- what the browser says --------------------------------------------------------------------

    async def go(self, path: str) -> None:
        """The browser went there, by a link or back and forth."""
        conversation_id = paths.conversation_in(path)
        if conversation_id is None:
            self.leave()
        elif self.opened is None or conversation_id != self.opened.view.conversation_id:
            await self.open(conversation_id)

    async def open(self, conversation_id: ConversationId) -> None:
        """Show this one. A click on another one meanwhile wins."""
        self._wanted = conversation_id
        try:
            opened, notes = await self.do(lambda caller: self._read(caller, conversation_id))
        except Failed as failed:
            return self._show_nothing(str(failed))
        if self._wanted != conversation_id:
            return None
        self.opened, self._notes = opened, notes
        self.layout.begin(standing_of(opened.view, self.reader, now()).name, conversation_id)
        self.refresh()
        return await self._look()

    async def visit(self, conversation_id: ConversationId) -> None:
        """Show this one, and have the browser be at its address."""
        self._run(f"holdfast.visit('{paths.conversation(conversation_id)}')")
        with self.page:  # what was clicked may be gone
            await self.open(conversation_id)
            self.layout.composer.focus()

    def leave(self) -> None:
        """Back to the list."""
        self._wanted = None
        self._show_nothing(None)

    async def load_earlier(self) -> None:
        """Show what was said before."""
        opened = self.opened
        if opened is not None:
            await self.do(lambda caller: self.records.earlier(caller, opened))
            self.refresh()

    async def toggle_details(self) -> None:
        """Show or hide the customer's facts and the notes."""
        self.shows_details = not self.shows_details
        self.refresh()
        await self._look()

    def remember_seen(self, seen: dict[ConversationId, int]) -> None:
        """How far this browser had been read before the page was loaded."""
        for conversation_id, seq in seen.items():
            self._board.saw(conversation_id, seq)
        self.refresh()

    # -- what the live feed says ------------------------------------------------------------------

    async def happened(self, events: Sequence[LiveEvent]) -> None:
        """Follow it all, then show it once."""
        for event in events:
            self._board.apply(event)
            if self.opened is not None:
                self.opened.apply(event)
        if self.opened is not None:
            await self._follow_opened(self.opened, events)
        self.refresh()
        for companion in self.companions:
            await companion.happened(events)

    def presence_changed(self, change: PresenceChanged) -> None:
        """Supervisors hear of everybody's; what they see here is their own."""
        if change.agent.agent_id == self.reader.agent_id:
            with self.page:
                self.layout.presence.show(change.agent.presence)
                self.layout.load.show(load_of(change.agent, self.reader.texts))

    async def ticked(self, caller: Caller) -> None:
        """Times have changed; a list that was too long may have room again."""
        if self._board.left_out:
            self._board.replace(await self.records.running(caller))
        self.refresh()
        await self._look()

    def cut_off(self, *, is_cut_off: bool) -> None:
        self.layout.show_offline(is_offline=is_cut_off)

    def signed_out(self) -> None:
        """The form knows the way back."""
        back = paths.conversation(self._wanted) if self._wanted else ""
        self.page.open(f"{paths.within(paths.SIGN_IN)}?expired=1&to={back}")

    async def attend(self) -> None:
        """Be there, until it is cancelled or the session ends."""
        with contextlib.suppress(NotSignedIn, NotAllowed):  # the live feed leads to the form
            async with self.services.engine.windows.open(self._token, self.identify):
                await asyncio.Event().wait()

    # -- what use cases answer --------------------------------------------------------------------

    async def identify(self) -> Caller:
        """Who sits here, as of now."""
        return await agent_caller(self.services.access, self._token)

    async def do(self, doing: Callable[[Caller], Awaitable[Result]]) -> Result:
        """Have a use case done for whoever sits here; raises Failed with the reason why not."""
        try:
            caller = await self.identify()
        except (NotSignedIn, NotAllowed) as error:
            self.signed_out()
            raise Failed(str(error)) from error
        try:
            return await doing(caller)
        except HoldfastError as error:
            raise Failed(str(error)) from error
        except Exception as error:
            log.exception("the console could not do what an agent asked for")
            raise Failed(self.reader.texts.failed) from error

    def changed(self, view: ConversationView) -> None:
        """A use case answered with this; the live feed will say the same."""
        self._board.put(view)
        if self.opened is not None and self.opened.view.conversation_id == view.conversation_id:
            self.opened.view = view
        self.refresh()

    def said(self, conversation_id: ConversationId, messages: Sequence[MessageView]) -> None:
        """A use case stored these."""
        if self.opened is not None and self.opened.view.conversation_id == conversation_id:
            self.opened.put(messages)
            self.refresh()

    def capabilities(self, view: ConversationView) -> Capabilities | None:
        """What the channel of a conversation carries."""
        channel = self.services.engine.channels.get(view.channel)
        return channel.capabilities if channel else None

    async def read_notes(self, caller: Caller, conversation_id: ConversationId) -> None:
        """The notes may be new."""
        self._notes = await self.records.notes(caller, conversation_id)

    # -- what people see --------------------------------------------------------------------------

    def show_offers(self, cards: Sequence[OfferCard]) -> None:
        """What they are offered."""
        self._offered = frozenset(card.conversation_id for card in cards)
        with self.page:
            self.layout.offers.show(cards)
        self.refresh()

    def tell(self, what: str) -> None:
        """Have the browser tell this wherever they look."""
        self._run(f"holdfastOffers.tell({json.dumps(what)})")

    def refresh(self) -> None:
        """Show everything as it is now; only what changed is sent."""
        at = now()
        with self.page:
            if self.opened is not None:
                self._saw(self.opened)
                self._show_opened(self.opened, at)
            groups = arranged(
                self._board.besides(self._offered),
                self.reader,
                at,
                seen=self._board.seen,
                selected=self._wanted,
            )
            self.layout.list.show(groups)
            self._entitle(unread_count(groups.values()))

    def _show_opened(self, opened: Opened, at: datetime) -> None:
        beside = Beside(
            notes=self._notes,
            names=self.records.names,
            capabilities=self.capabilities(opened.view),
            shows_details=self.shows_details,
        )
        show_opened(self.layout, opened, beside, reader=self.reader, at=at)

    def _show_nothing(self, reason: str | None) -> None:
        self.opened, self._wanted = None, None
        self.layout.show_nothing(reason)
        self.refresh()

    def _saw(self, opened: Opened) -> None:
        conversation_id, seq = opened.view.conversation_id, opened.last_seq
        if self._board.saw(conversation_id, seq):
            self._run(f"holdfast.saw('{conversation_id}', {seq})")

    def _entitle(self, unread: int) -> None:
        title = title_of(self.reader.texts, unread=unread, offered=len(self._offered))
        if title != self._title:
            self._title = title
            self._run(f"document.title = {json.dumps(title)}")

    async def _look(self) -> None:
        for companion in self.companions:
            await companion.look()

    def _run(self, script: str) -> None:
        self.page.run_javascript(script)

    async def _read(self, caller: Caller, conversation_id: ConversationId) -> tuple[Opened, list[Note]]:
        opened = await self.records.opened(caller, conversation_id)
        return opened, await self.records.notes(caller, conversation_id)

    async def _follow_opened(self, opened: Opened, events: Sequence[LiveEvent]) -> None:
        conversation_id = opened.view.conversation_id
        ours = [event for event in events if event.conversation_id == conversation_id]
        if any(event.conversation is None for event in ours):
            return self._show_nothing(self.reader.texts.gone)
        await self.records.learn(opened.agent_ids)
        if any("note" in event.data for event in ours):
            await self.read_notes(await self.identify(), conversation_id)
        return None


def now() -> datetime:
    """The clock of every page."""
    return datetime.now(UTC)
