"""POST /chat/v1/reconnect: a customer opens the link that an agent gave them."""

from typing import Annotated, TypeAlias

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from api.chat.origins import require_origin
from api.chat.permission import address_of
from api.chat.routing import MAX_BODY, UseChat, chat_router
from application.chats.reconnecting import Expired, NewChat, Reconnected
from domain.ids import EndpointId

router = chat_router("/reconnect")

Outcome: TypeAlias = Annotated[Reconnected | Expired | NewChat, Field(discriminator="outcome")]


class OpenedLink(BaseModel):
    """The token of the link, and the shop's word for who opened it, where customers sign in."""

    model_config = ConfigDict(extra="forbid")

    widget_id: EndpointId
    link_token: str = Field(max_length=500, repr=False)
    identity_token: str | None = Field(default=None, max_length=16_000, repr=False)


@router.post("", max_body_size=MAX_BODY)
async def open_link(body: OpenedLink, request: Request, chat: UseChat) -> Outcome:
    """In time: a session for the same chat. Later, or when the chat has ended: where to go instead."""
    require_origin(request, body.widget_id)
    chat.limits.sessions_per_address.require(address_of(request))
    return await chat.reconnecting.open(body.widget_id, body.link_token, body.identity_token)
