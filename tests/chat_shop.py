"""A small shop with a chat widget, and the customers at it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from application.chats.sessions import Admitted
from application.services import Chat
from channels.live_chat import LiveChatChannel
from domain.chats import ChatMessage, ChatSession, ChatSnapshot, ChatStart
from domain.conversations import MailKind, State
from domain.ids import ConversationId, EndpointId, new_id
from domain.messages import DeliveryStatus, Receipt
from domain.ports import CloseRequest, Projection
from storage.chat_feed import ChatFeed
from storage.database import Database
from storage.outbox import Outbox
from tests.fakes import FakeConversations
from tests.shop import Shop, an_outbound, open_shop

# As storage/widgets gives it: a widget is its own address.
_OWN_ADDRESS = "UPDATE endpoints SET address = endpoint_id::text"
_WIDGET = "INSERT INTO widgets SELECT endpoint_id, %(settings)s::jsonb, '{}' FROM endpoints"
_SETTINGS = {
    "pre_chat": [{"name": name, "label": name} for name in ("name", "order", "phone")],
    "post_chat": [{"name": name, "label": name} for name in ("stars", "words")],
}
_MAIL = """
    SELECT kind FROM mailbox WHERE conversation_id = %(conversation_id)s ORDER BY position
"""


@dataclass
class ChatShop:
    """The shop, and the shortest ways to chat in it."""

    shop: Shop

    @property
    def chat(self) -> Chat:
        return self.shop.parts.engine.chat

    @property
    def database(self) -> Database:
        return self.shop.database

    @property
    def widget_id(self) -> EndpointId:
        return self.shop.endpoint.endpoint_id

    async def customer(self) -> Admitted:
        """Somebody opens the page."""
        return await self.chat.sessions.open(self.widget_id, None)

    async def known(self, token: str) -> ChatSession:
        """Their session as it is now."""
        return await self.chat.sessions.authenticate(token)

    async def chatting(self, **start: Any) -> tuple[Admitted, ChatSnapshot]:
        """Somebody opens the page and begins a chat."""
        admitted = await self.customer()
        begun = ChatStart(**start)
        snapshot, _ = await self.chat.chatting.start(admitted.session, begun, start_new=False)
        return Admitted(admitted.token, await self.known(admitted.token)), snapshot

    async def says(
        self, session: ChatSession, conversation_id: ConversationId, text: str = "Hello"
    ) -> ChatMessage:
        message, _ = await self.chat.chatting.write(session, conversation_id, uuid4(), text)
        return message

    async def mail(self, conversation_id: ConversationId) -> list[MailKind]:
        """What the workflow has not been told yet."""
        async with self.database.connection() as connection:
            found = await connection.execute(_MAIL, {"conversation_id": conversation_id})
            return [MailKind(row["kind"]) for row in await found.fetchall()]

    async def project(
        self, conversation_id: ConversationId, state: State, revision: int, **facts: Any
    ) -> None:
        """What the workflow would write, in Ann's hands unless it waits in the queue."""
        mine = state not in (State.OPEN, State.CLOSED)
        values = {"agent_id": self.shop.ann.agent_id if mine else None} | facts
        projection = Projection(
            conversation_id=conversation_id,
            revision=revision,
            state=state,
            at=datetime.now(UTC),
            **values,
        )
        await self.shop.parts.read_model.project(projection)

    async def close(self, conversation_id: ConversationId) -> None:
        """Its workflow has read everything and closes it."""
        row = await self.database.one(
            "SELECT mailbox_seq FROM conversations WHERE conversation_id = %(id)s",
            {"id": conversation_id},
        )
        assert row is not None
        request = CloseRequest(
            conversation_id=conversation_id,
            handled=row["mailbox_seq"],
            at=datetime.now(UTC),
            reason="wrap_up_expired",
        )
        assert await self.shop.parts.read_model.close(request)

    async def ann_says(self, conversation_id: ConversationId, **override: Any) -> UUID:
        """Her answer leaves: it is there for the customer."""
        message_id = await self.ann_writes(conversation_id, **override)
        await self.leaves(message_id)
        return message_id

    async def ann_writes(self, conversation_id: ConversationId, **override: Any) -> UUID:
        """Her answer is kept, and has not left."""
        view = await self.shop.parts.engine.desk._listed.get(conversation_id)
        return await an_outbound(self.shop, view, **override)

    async def leaves(self, message_id: UUID) -> None:
        outbox = Outbox(self.database)
        await outbox.claim(message_id)
        receipt = Receipt(provider_message_id=str(message_id), status=DeliveryStatus.SENT)
        await outbox.accepted(message_id, receipt)

    async def asks(self, form: str, *questions: dict[str, Any]) -> None:
        """The widget asks these before (`pre_chat`) or after (`post_chat`) a chat, nothing else."""
        changed = json.dumps({form: questions})
        await self.database.execute(
            "UPDATE widgets SET settings = settings || %(changed)s::jsonb", {"changed": changed}
        )

    async def run_out(self, lease_id: UUID | None = None) -> None:
        """As if nobody had renewed the lease, or any lease, for long."""
        async with self.database.connection() as connection:
            await connection.execute(
                "UPDATE chat_leases SET expires_at = now() - interval '1 second'"
                " WHERE %(lease_id)s::uuid IS NULL OR lease_id = %(lease_id)s",
                {"lease_id": lease_id},
            )


async def open_chat_shop(
    database: Database, media_dir: Path, conversations: FakeConversations, **options: Any
) -> ChatShop:
    """Set it all up."""
    channel = LiveChatChannel(ChatFeed(database))
    shop = await open_shop(database, media_dir, channel, conversations, **options)
    await database.execute(_OWN_ADDRESS)
    await database.execute(_WIDGET, {"settings": json.dumps(_SETTINGS)})
    return ChatShop(shop)


def a_lease() -> UUID:
    """Of one open window."""
    return new_id()
