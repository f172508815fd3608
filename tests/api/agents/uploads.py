"""How an agent hands a file in."""

import httpx2

from domain.views import ConversationView


async def upload(
    client: httpx2.AsyncClient,
    conversation: ConversationView,
    content: bytes,
    name: str = "photo.png",
    mime_type: str = "text/plain",
) -> httpx2.Response:
    """What it is said to be matters little: its bytes are looked at."""
    return await client.post(
        "/agent/v1/attachments",
        params={"conversation_id": str(conversation.conversation_id)},
        files={"file": (name, content, mime_type)},
    )
