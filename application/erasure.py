"""Erasing one person, step by step. Each step may be repeated; PostgreSQL remembers how far it came."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Final
from uuid import UUID, uuid5

import structlog

from application.identity_hashes import IdentityHashes
from domain.commands import ForceClose
from domain.erasure import Certificate
from domain.errors import ConversationClosed, NotFound, Unavailable
from storage.blobs import BlobStore
from storage.database import Database
from storage.erasures import Erasures, Place
from storage.leftovers import Leftovers, Wanted
from storage.mentions import KEPT_FOR_A_WHILE, PLACES, Mentions
from storage.tombstones import Tombstones
from workflows.client import Conversations
from workflows.erasure_client import ErasureStarter

CONVERSATIONS_AT_A_TIME: Final = 20
MESSAGES_AT_A_TIME: Final = 500
FILES_AT_A_TIME: Final = 100
STARTED_AT_A_TIME: Final = 100

log = structlog.get_logger()


class Erasing:
    """Fulfils `domain.ports.Eraser`."""

    def __init__(
        self,
        *,
        database: Database,
        blobs: BlobStore,
        conversations: Conversations,
        starter: ErasureStarter,
        hashes: IdentityHashes,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._conversations = conversations
        self._starter = starter
        self._hashes = hashes
        self._erasures = Erasures(database)
        self._leftovers = Leftovers(database)
        self._mentions = Mentions(database)
        self._tombstones = Tombstones(database)

    async def detach(self, erasure_id: UUID) -> None:
        """From now on nothing new can belong to the person; a later message starts a new contact."""
        await self._erasures.detach(erasure_id)

    async def close_conversations(self, erasure_id: UUID) -> None:
        """End what still runs. Raise Unavailable while something does."""
        contact_id = (await self._erasures.get(erasure_id)).contact_id
        for place in await self._erasures.running(contact_id):
            await self._close(erasure_id, place)
        if left := await self._erasures.running(contact_id):
            raise Unavailable(f"{len(left)} conversations of this person have not closed yet.")

    async def erase_some(self, erasure_id: UUID) -> int:
        """Erase one batch; return how much that was. 0: nothing is left to erase."""
        contact_id = (await self._erasures.get(erasure_id)).contact_id
        places = await self._erasures.not_empty(contact_id, CONVERSATIONS_AT_A_TIME)
        if places:
            return await self._empty(erasure_id, [place.conversation_id for place in places])
        return await self._strike_out(erasure_id)

    async def prove(self, erasure_id: UUID) -> int:
        """Search everything for the person and certify that nothing is left; else say how much is."""
        erasure = await self._erasures.get(erasure_id)
        if erasure.certificate is not None:
            return 0
        identifiers = await self._erasures.identifiers(erasure_id)
        left = await self._leftovers.still_kept(erasure.contact_id)
        found = await self._search(identifiers)
        remaining = {name: number for name, number in (left | found).items() if number}
        if remaining:
            await self._erasures.found_again(erasure_id, remaining)
            return sum(remaining.values())
        certificate = Certificate(
            erasure_id=erasure_id,
            contact_id=erasure.contact_id,
            requested_at=erasure.requested_at,
            finished_at=datetime.now(UTC),
            identifiers=tuple(sorted(map(self._hashes.of, identifiers))),
            erased=erasure.erased,
            left=left,
            found=found,
        )
        await self._erasures.certify(certificate)
        log.info("a person was erased", erasure_id=str(erasure_id))
        return 0

    async def give_up(self, erasure_id: UUID) -> None:
        """Something is found again and again: let an admin know."""
        await self._erasures.give_up(erasure_id)
        log.error("an erasure is incomplete; its state says where", erasure_id=str(erasure_id))

    async def resume(self) -> int:
        """Start the erasures that nobody works at; return how many those were."""
        waiting = await self._erasures.unfinished(STARTED_AT_A_TIME)
        return sum([await self._starter.start(erasure_id) for erasure_id in waiting])

    async def _close(self, erasure_id: UUID, place: Place) -> None:
        command = ForceClose(
            command_id=uuid5(erasure_id, str(place.conversation_id)),
            agent_id=erasure_id,  # nobody's; closing by force assigns nobody
            as_supervisor=True,
        )
        try:
            await self._conversations.execute(place.conversation_id, place.channel, command)
        except ConversationClosed:
            return
        except NotFound as error:
            raise Unavailable("A conversation of this person does not run (yet).") from error

    async def _empty(self, erasure_id: UUID, conversation_ids: Sequence[UUID]) -> int:
        files = await self._tombstones.files(conversation_ids, FILES_AT_A_TIME)
        for media_id in files:
            await self._blobs.delete(media_id)  # before its row, which is all that knows of it
        gone = 0
        for what, forget in self._forgetting(conversation_ids, files):
            # One by one: reports hold a delivery when they want its conversation, workflows have the
            # conversation first. Who never holds both is in nobody's way.
            async with self._database.transaction():
                number = await forget()
                await self._erasures.count(erasure_id, what, number)
            gone += number
        return gone

    def _forgetting(
        self, conversation_ids: Sequence[UUID], files: Sequence[UUID]
    ) -> Iterator[tuple[str, Callable[[], Awaitable[int]]]]:
        forget, names = self._tombstones, [str(id_) for id_ in conversation_ids]
        # First: nothing but what is left of the others tells that answers may be left.
        yield "answers", partial(forget.forget_answers, names)
        yield "files", partial(forget.forget_files, files)
        yield "notes", partial(forget.forget_notes, conversation_ids, MESSAGES_AT_A_TIME)
        yield "decisions", partial(forget.forget_routing, conversation_ids, MESSAGES_AT_A_TIME)
        yield "messages", partial(forget.empty, conversation_ids, MESSAGES_AT_A_TIME)
        yield "reasons", partial(forget.forget_reasons, conversation_ids)
        yield "chats", partial(forget.forget_chats, conversation_ids)

    async def _strike_out(self, erasure_id: UUID) -> int:
        wanted = Wanted.of(await self._erasures.identifiers(erasure_id))
        if wanted is None:
            return 0
        gone = 0
        for statement in KEPT_FOR_A_WHILE:
            async with self._database.transaction():
                forgotten = await self._mentions.forget(statement, wanted)
                await self._erasures.count(erasure_id, "kept_for_a_while", forgotten)
            gone += forgotten
        for place in PLACES:
            async with self._database.transaction():
                struck = await self._mentions.strike_out(place, wanted, MESSAGES_AT_A_TIME)
                await self._erasures.count(erasure_id, "mentions", struck)
            gone += struck
        return gone

    async def _search(self, identifiers: Iterable[str]) -> dict[str, int]:
        wanted = Wanted.of(identifiers)
        if wanted is None:
            return {}
        found: dict[str, int] = {}
        columns = await self._leftovers.columns()
        for table, of_table in groupby(columns, key=attrgetter("table")):
            found |= await self._leftovers.search(table, list(of_table), wanted)
        return found
