"""A small customer service in a fresh database: one number, one queue, two agents, many customers."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.channels import ChannelName
from domain.configuration import Account, Agent, Endpoint, Queue, Workstream
from domain.ids import ConversationId, MessageId, new_id
from domain.messages import AuthorKind, Content, DeliveryStatus, MessageReceived, Sender, Text
from domain.skills import Skill
from storage.accounts import Accounts
from storage.agents import Agents
from storage.database import Database
from storage.endpoints import Endpoints
from storage.intake import Intake, IntakeEndpoint, Received
from storage.messages import Messages, NewOutbound
from storage.queues import Queues
from storage.workstreams import Workstreams
from tests.fakes import FakeBox

DAY = timedelta(hours=24)
NUMBER = "whatsapp:+14155238886"
# Not pg_stat_activity: within a transaction it is read once and then stands still.
WAITING = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
SOMEBODY = "whatsapp:+4915112345"


def now() -> datetime:
    return datetime.now(UTC)


def an_agent(name: str, **override: Any) -> Agent:
    values: dict[str, Any] = {
        "agent_id": new_id(),
        "name": name,
        "email": f"{name.lower()}@example.com",
        "created_at": now(),
        "updated_at": now(),
    }
    return Agent(**values | override)


def a_queue(name: str, *members: UUID) -> Queue:
    return Queue(queue_id=new_id(), name=name, member_ids=members, created_at=now(), updated_at=now())


def a_skill(name: str, levels: int = 10) -> Skill:
    names = tuple(str(level) for level in range(1, levels + 1))
    return Skill(skill_id=new_id(), name=name, levels=names, created_at=now(), updated_at=now())


def an_account(name: str = "Support", **override: Any) -> Account:
    values: dict[str, Any] = {
        "account_id": new_id(),
        "channel": ChannelName.WHATSAPP,
        "name": name,
        "settings": {"account_sid": "AC1"},
        "created_at": now(),
        "updated_at": now(),
    }
    return Account(**values | override)


def a_message(
    sid: str, sender: Sender | str = "whatsapp:+4915112345", **override: Any
) -> MessageReceived:
    values: dict[str, Any] = {
        "provider_message_id": sid,
        "endpoint_address": NUMBER,
        "sender": sender if isinstance(sender, Sender) else Sender(address=sender),
        "content": Text(text=f"text of {sid}"),
    }
    return MessageReceived(**values | override)


@dataclass(frozen=True)
class House:
    """What is configured, and the shortest ways to make something happen in it."""

    db: Database
    account: Account
    endpoint: Endpoint
    workstream: Workstream
    queue: Queue
    alice: Agent
    bob: Agent
    """A member of no queue."""
    front: IntakeEndpoint

    async def receive(
        self, sid: str, sender: Sender | str = "whatsapp:+4915112345", **override: Any
    ) -> Received:
        return await Intake(self.db).receive(self.front, a_message(sid, sender, **override), DAY)

    async def answer(
        self, conversation_id: ConversationId, content: Content | None = None, **override: Any
    ) -> MessageId:
        values: dict[str, Any] = {
            "message_id": new_id(),
            "conversation_id": conversation_id,
            "author": AuthorKind.AGENT,
            "author_id": self.alice.agent_id,
            "content": content or Text(text="Hello!"),
            "status": DeliveryStatus.QUEUED,
        }
        return (await Messages(self.db).add_outbound(NewOutbound(**values | override))).message_id

    async def until_waiting(self, sessions: int = 1) -> None:
        """Return once that many sessions wait for a lock that somebody else has."""
        async with asyncio.timeout(60):
            while await self.value(WAITING) < sessions:
                await asyncio.sleep(0.01)

    async def value(self, query: str, **parameters: Any) -> Any:
        """The first column of the first row of any query."""
        row = await self.db.one(query, parameters)
        return None if row is None else next(iter(row.values()))


async def furnished(db: Database) -> House:
    """Everything a message needs to come in and an answer to go out."""
    alice = await Agents(db).create(an_agent("Alice"))
    bob = await Agents(db).create(an_agent("Bob"))
    queue = await Queues(db).create(a_queue("Support", alice.agent_id))
    workstream = await Workstreams(db).create(
        Workstream(
            workstream_id=new_id(),
            name="WhatsApp",
            channel=ChannelName.WHATSAPP,
            fallback_queue_id=queue.queue_id,
            created_at=now(),
            updated_at=now(),
        )
    )
    account = await Accounts(db, FakeBox()).create(an_account())
    endpoint = await Endpoints(db).create(
        Endpoint(
            endpoint_id=new_id(),
            account_id=account.account_id,
            channel=ChannelName.WHATSAPP,
            name="Main number",
            address=NUMBER,
            workstream_id=workstream.workstream_id,
            created_at=now(),
            updated_at=now(),
        )
    )
    front = await Intake(db).endpoint(account.account_id, NUMBER)
    assert front is not None
    return House(db, account, endpoint, workstream, queue, alice, bob, front)
