"""Customers at a widget, as browsers know them, and what workflows would project of their chats."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2

from domain.configuration import Agent
from domain.conversations import Event, State
from domain.ports import Projection
from storage.chat_leases import ChatLeases
from storage.conversations import Conversations
from storage.database import Database
from tests.api.live_chat import SHOP

CHAT = "/chat/v1"


@dataclass
class Browser:
    """One browser on a page of the shop."""

    client: httpx2.AsyncClient
    widget_id: str
    token: str | None = None
    opened: dict[str, Any] = field(default_factory=dict)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Origin": SHOP} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})

    async def get(self, path: str) -> httpx2.Response:
        return await self.client.get(CHAT + path, headers=self._headers)

    async def post(self, path: str, body: Any = None) -> httpx2.Response:
        return await self.client.post(CHAT + path, json=body or {}, headers=self._headers)

    async def sign_in(self, identity_token: str | None = None) -> httpx2.Response:
        body = {"widget_id": self.widget_id, "identity_token": identity_token}
        answer = await self.post("/sessions", body)
        if answer.status_code == 201:
            self.opened = answer.json()
            self.token = self.opened["session_token"]
        return answer

    async def start(self, **body: Any) -> dict[str, Any]:
        """A chat, and a first word in it."""
        answer = await self.post("/conversations", body)
        assert answer.status_code in {200, 201}, answer.text
        return dict(answer.json())

    async def say(self, conversation_id: str, text: str) -> httpx2.Response:
        body = {"client_id": str(uuid4()), "text": text}
        return await self.post(f"/conversations/{conversation_id}/messages", body)

    async def open_link(self, url: str, identity_token: str | None = None) -> httpx2.Response:
        """As the widget does: the token is taken out of the page's address, and exchanged."""
        link_token = httpx2.URL(url).params["holdfast_reconnect"]
        body = {
            "widget_id": self.widget_id,
            "link_token": link_token,
            "identity_token": identity_token,
        }
        answer = await self.post("/reconnect", body)
        if answer.status_code == 200 and answer.json()["outcome"] == "reconnected":
            self.token = answer.json()["session_token"]
        return answer


@dataclass
class Engine:
    """Stands in for workflows: says how far a chat has come."""

    database: Database
    revision: int = 0

    async def project(
        self,
        conversation_id: str,
        state: State,
        agent: Agent | None = None,
        *,
        ago: timedelta = timedelta(),
        ended_by: Event | None = None,
    ) -> None:
        self.revision += 1
        listed = Conversations(self.database)
        view = await listed.get(UUID(conversation_id))
        await listed.project(
            Projection(
                conversation_id=UUID(conversation_id),
                revision=self.revision,
                state=state,
                at=datetime.now(UTC) - ago,
                agent_id=agent.agent_id if agent else None,
                queue_id=view.queue_id,
                holds_capacity=agent is not None and state is not State.CLOSED,
                ended_by=ended_by,
            )
        )

    async def lose(self, conversation_id: str, *, ago: timedelta = timedelta()) -> None:
        """All leases of the chat's sessions run out."""
        which = {"conversation_id": conversation_id, "ago": ago}
        async with self.database.connection() as connection:
            await connection.execute("UPDATE chat_leases SET expires_at = now() - interval '1 minute'")
        await ChatLeases(self.database).settle(UUID(conversation_id))
        async with self.database.connection() as connection:
            await connection.execute(
                "UPDATE chats SET lost_at = now() - %(ago)s::interval"
                " WHERE conversation_id = %(conversation_id)s",
                which,
            )

    async def mail(self, conversation_id: str) -> list[str]:
        """What its workflow is to be told."""
        async with self.database.connection() as connection:
            rows = await connection.execute(
                "SELECT kind FROM mailbox WHERE conversation_id = %s ORDER BY position",
                [conversation_id],
            )
            return [row["kind"] for row in await rows.fetchall()]
