"""Repeats what agents sent while nobody answered, until the conversation takes or refuses it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final

import structlog
from prometheus_client import Gauge

from application.background import in_background
from application.pacing import Pace
from application.replies import Author, command_for
from application.roles import scopes_of
from domain.configuration import Scope
from domain.conversations import MailKind, State
from domain.errors import ConversationClosed, NotFound, Refused, Unavailable
from domain.messages import AuthorKind
from storage.agents import Agents
from storage.conversations import Conversations as ConversationList
from storage.database import Database
from storage.mailbox import Mailbox
from storage.messages import Messages, Unconfirmed
from storage.outbox import Outbox
from workflows.client import Conversations

# Longer than an agent's request waits for its answer: until then the message is in good hands.
LEFT_ALONE_AFTER: Final = timedelta(seconds=5)
ANSWER_WITHIN: Final = timedelta(seconds=10)
AT_A_TIME: Final = 200
IN_PARALLEL: Final = 8
TOO_LATE: Final = "The conversation was closed before this message could leave."

UNCONFIRMED = Gauge("holdfast_unconfirmed_replies", "Agents' messages their conversation may not have.")

log = structlog.get_logger()


class Confirmer:
    """Same command, same id, in the order of the transcript: the conversation acts on it once."""

    def __init__(
        self,
        *,
        database: Database,
        messages: Messages,
        outbox: Outbox,
        agents: Agents,
        listed: ConversationList,
        conversations: Conversations,
    ) -> None:
        self._database = database
        self._messages = messages
        self._outbox = outbox
        self._agents = agents
        self._listed = listed
        self._conversations = conversations
        self._mailbox = Mailbox(database)
        self._places = asyncio.Semaphore(IN_PARALLEL)
        self._pace = Pace()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work in the background."""
        async with in_background(self._pace.keep(self.sweep, "unconfirmed replies")):
            yield

    async def sweep(self, older_than: timedelta = LEFT_ALONE_AFTER) -> int:
        """Try every unconfirmed message once; return how many are settled."""
        found = await self._messages.unconfirmed(older_than, AT_A_TIME)
        UNCONFIRMED.set(len(found))
        found = sorted(found, key=attrgetter("conversation_id"))  # stable: the order within stays
        groups = [list(group) for _, group in groupby(found, key=attrgetter("conversation_id"))]
        settled = sum(await asyncio.gather(*(self._confirm_in_order(group) for group in groups)))
        if settled < len(found):
            self._pace.slower()
        else:
            self._pace.normal()
        return settled

    async def _confirm_in_order(self, group: Sequence[Unconfirmed]) -> int:
        async with self._places:
            conversation_id = group[0].conversation_id
            structlog.contextvars.bind_contextvars(conversation_id=str(conversation_id))
            for done, message in enumerate(group):
                try:
                    await self._see_to(message)
                except (Unavailable, NotFound, TimeoutError) as error:
                    log.info(
                        "a reply stays unconfirmed", message_id=message.message_id, why=repr(error)
                    )
                    return done
                except Exception:
                    log.exception("a reply cannot be confirmed", message_id=message.message_id)
                    return done
            return len(group)

    async def _see_to(self, message: Unconfirmed) -> None:
        if message.author is AuthorKind.SYSTEM:
            await self._post(message)
        else:
            await self._confirm(message)

    async def _post(self, message: Unconfirmed) -> None:
        """Nobody gave this command, so it comes by mail: that also starts a workflow that was lost."""
        which = message.conversation_id, MailKind.SYSTEM_WROTE, message.message_id
        async with self._database.transaction():
            if not await self._mailbox.post(*which):
                await self._outbox.skipped(
                    message.message_id, code=ConversationClosed.code, reason=TOO_LATE
                )
            await self._messages.handed_over(message.message_id)

    async def _confirm(self, message: Unconfirmed) -> None:
        conversation = await self._listed.get(message.conversation_id)
        command = command_for(
            message.message_id,
            await self._author(message),
            is_template=message.is_template,
            is_parked=message.parked_until is not None,
        )
        try:
            if conversation.state is State.CLOSED:
                raise ConversationClosed(TOO_LATE)
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                await self._conversations.execute(
                    message.conversation_id, conversation.channel, command
                )
        except Refused as refusal:
            await self._give_up(message, refusal)
        else:
            await self._messages.handed_over(message.message_id)

    async def _author(self, message: Unconfirmed) -> Author:
        if message.author_id is None:
            raise NotFound("Only agents' messages are handed over like this.")
        try:
            agent = await self._agents.get(message.author_id)
        except NotFound:  # removed since; the conversation decides
            return Author(agent_id=message.author_id)
        is_supervisor = Scope.SUPERVISOR in scopes_of(agent.roles)
        return Author(agent_id=agent.agent_id, is_supervisor=is_supervisor)

    async def _give_up(self, message: Unconfirmed, refusal: Refused) -> None:
        async with self._database.transaction():
            await self._outbox.failed(message.message_id, code=refusal.code, reason=str(refusal))
            await self._messages.handed_over(message.message_id)
