"""A small organisation in a fresh database: one number, one queue, people, and their customers."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from channels.base import Channel
from channels.webhooks import WebhookRequest
from domain.channels import ChannelName
from domain.configuration import (
    Account,
    Agent,
    Approval,
    Caller,
    Endpoint,
    Queue,
    Role,
    Scope,
    Template,
    TemplateTranslation,
    Workstream,
)
from domain.conversations import State
from domain.customer_events import InboundEvent
from domain.ids import ConversationId, MessageId, new_id
from domain.messages import AuthorKind, MessageReceived, Sender, Text
from domain.ports import Projection
from domain.views import ConversationView
from runtime import engine_services
from runtime.engine_services import Parts
from storage.accounts import Accounts
from storage.agents import Agents
from storage.blobs import BlobStore, FileBlobs
from storage.clamd import Scanner
from storage.conversations import Conversations
from storage.database import Database
from storage.endpoints import Endpoints
from storage.intake import Intake as IntakeStore
from storage.messages import Messages, NewOutbound
from storage.organization import Organizations
from storage.queues import Queues
from storage.templates import Templates
from storage.visibility import Viewer
from storage.workstreams import Workstreams
from tests.fakes import OLD_SECRET, SECRET, FakeBox, FakeConversations, FakeErasures

NUMBER: Final = "whatsapp:+14155238886"
ALICE: Final = "whatsapp:+4915112345678"
PUBLIC_URL: Final = "https://holdfast.example.com"
ACCOUNT_SID: Final = "AC" + "0" * 31 + "1"


def a_message(number: int = 1, text: str = "Hello", **override: object) -> MessageReceived:
    """Alice writes to our number."""
    values: dict[str, Any] = {
        "provider_message_id": f"SM{number:032x}",
        "endpoint_address": NUMBER,
        "sender": Sender(address=ALICE, display_name="Alice"),
        "content": Text(text=text),
    }
    return MessageReceived(**values | override)


def a_webhook(
    *events: InboundEvent, body: bytes | None = None, signature: str | None = SECRET
) -> WebhookRequest:
    """A request of the fake channel's provider."""
    if body is None:
        body = json.dumps([event.model_dump(mode="json") for event in events]).encode()
    headers = {"signature": signature} if signature is not None else {}
    return WebhookRequest(method="POST", url=f"{PUBLIC_URL}/x", headers=headers, body=body)


def caller_of(agent: Agent) -> Caller:
    """Who signs in as this agent."""
    scopes = {Scope.AGENT} | ({Scope.SUPERVISOR} if Role.SUPERVISOR in agent.roles else set())
    return Caller(name=agent.name, scopes=frozenset(scopes), agent_id=agent.agent_id)


@dataclass
class Shop:
    """Everything a test needs to have customers write and agents answer."""

    database: Database
    accounts: Accounts
    parts: Parts
    conversations: FakeConversations
    erasures: FakeErasures
    account: Account
    queue: Queue
    workstream: Workstream
    endpoint: Endpoint
    ann: Agent
    ben: Agent
    eve: Agent
    """Not a member of the queue."""
    sam: Agent
    """A supervisor."""
    template: Template
    written: int = field(default=0)

    async def hears(self, text: str = "Hello", **override: object) -> ConversationView:
        """A customer writes; the message is stored, and nobody is told yet."""
        self.written += 1
        store = IntakeStore(self.database)
        endpoint = await store.endpoint(self.account.account_id, NUMBER)
        assert endpoint is not None
        event = a_message(self.written, text, **override)
        received = await store.receive(endpoint, event, timedelta(hours=24))
        return await Conversations(self.database).get(received.conversation_id)

    async def hears_from(self, address: str) -> ConversationView:
        """Somebody else writes."""
        return await self.hears(sender=Sender(address=address))

    async def expire_window(self, conversation_id: ConversationId) -> None:
        """As if the customer had written long ago."""
        async with self.database.connection() as connection:
            await connection.execute(
                "UPDATE conversations SET window_expires_at = now() - interval '1 hour'"
                " WHERE conversation_id = %(conversation_id)s",
                {"conversation_id": conversation_id},
            )

    async def running(self) -> list[ConversationView]:
        """Every conversation that is not closed."""
        found, _ = await Conversations(self.database).listing(Viewer(sees_all=True), limit=200)
        return found

    async def assign(self, conversation_id: ConversationId, agent: Agent, revision: int = 1) -> None:
        """What the workflow would project after a pick."""
        projection = Projection(
            conversation_id=conversation_id,
            revision=revision,
            state=State.ACTIVE,
            at=datetime.now(UTC),
            agent_id=agent.agent_id,
            queue_id=self.queue.queue_id,
        )
        await Conversations(self.database).project(projection)


async def an_outbound(shop: Shop, conversation: ConversationView, **override: object) -> MessageId:
    """Ann's answer, stored and told to nobody."""
    values: dict[str, Any] = {
        "message_id": new_id(),
        "conversation_id": conversation.conversation_id,
        "author": AuthorKind.AGENT,
        "author_id": shop.ann.agent_id,
        "content": Text(text="How can we help?"),
    }
    row = NewOutbound(**values | override)
    return (await Messages(shop.database).add_outbound(row)).message_id


async def open_shop(
    database: Database,
    media_dir: Path,
    channel: Channel,
    conversations: FakeConversations,
    accounts: Accounts | None = None,
    *,
    blobs: BlobStore | None = None,
    scanner: Scanner | None = None,
) -> Shop:
    """Set it all up."""
    accounts = accounts or Accounts(database, FakeBox())
    erasures = FakeErasures()
    parts = engine_services.build(
        engine_services.Surroundings(
            database=database,
            accounts=accounts,
            channels={channel.name: channel},
            conversations=conversations,
            erasures=erasures,
            public_url=PUBLIC_URL,
            secret_keys=["a key", "an older key"],
            blobs=blobs or FileBlobs(media_dir),
            scanner=scanner,
            media_max_bytes=2_000,
        )
    )
    await Organizations(database).create_once("Shop")
    ann, ben, eve = [await _agent(database, name) for name in ("ann", "ben", "eve")]
    sam = await _agent(database, "sam", Role.SUPERVISOR)
    members = (ann.agent_id, ben.agent_id)
    queue = await Queues(database).create(
        Queue(queue_id=new_id(), name="Shop", member_ids=members, **_now())
    )
    workstream = await Workstreams(database).create(_workstream(queue, channel.name))
    account = await _account(accounts, channel.name)
    endpoint = await Endpoints(database).create(_endpoint(account, workstream))
    template = await Templates(database).create(_template(account))
    return Shop(
        database=database,
        accounts=accounts,
        parts=parts,
        conversations=conversations,
        erasures=erasures,
        account=account,
        queue=queue,
        workstream=workstream,
        endpoint=endpoint,
        ann=ann,
        ben=ben,
        eve=eve,
        sam=sam,
        template=template,
    )


def _now() -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"created_at": now, "updated_at": now}


async def _agent(database: Database, name: str, *roles: Role) -> Agent:
    agent = Agent(
        agent_id=new_id(),
        name=name.title(),
        email=f"{name}@shop.example",
        roles=(Role.AGENT, *roles),
        **_now(),
    )
    return await Agents(database).create(agent)


def _workstream(queue: Queue, channel: ChannelName) -> Workstream:
    return Workstream(
        workstream_id=new_id(),
        name="Shop",
        channel=channel,
        fallback_queue_id=queue.queue_id,
        **_now(),
    )


async def _account(accounts: Accounts, channel: ChannelName) -> Account:
    account = await accounts.create(
        Account(
            account_id=new_id(),
            channel=channel,
            name="Shop",
            settings={"account_sid": ACCOUNT_SID},
            **_now(),
        )
    )
    for secret in (OLD_SECRET, SECRET):
        await accounts.set_secret(account.account_id, "auth_token", secret, keep_previous=True)
    return account


def _endpoint(account: Account, workstream: Workstream) -> Endpoint:
    return Endpoint(
        endpoint_id=new_id(),
        account_id=account.account_id,
        channel=account.channel,
        name="Main number",
        address=NUMBER,
        workstream_id=workstream.workstream_id,
        **_now(),
    )


def _template(account: Account) -> Template:
    english = TemplateTranslation(
        language="en",
        text="Hello {{1}}, shall we go on?",
        content_sid="HX" + "0" * 32,
        approval=Approval.APPROVED,
    )
    return Template(
        template_id=new_id(),
        account_id=account.account_id,
        name="come_back",
        default_language="en",
        translations=(english,),
        variables=("name",),
        **_now(),
    )
