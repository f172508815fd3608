"""POST /chat/v1/sessions: a browser becomes somebody."""

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from api.chat.origins import require_origin
from api.chat.permission import address_of
from api.chat.routing import MAX_BODY, UseChat, chat_router
from domain.chats import SessionOpened
from domain.ids import EndpointId

router = chat_router("/sessions")


class NewSession(BaseModel):
    """A widget, and the shop's word for who its customer is, if it has one."""

    model_config = ConfigDict(extra="forbid")

    widget_id: EndpointId
    identity_token: str | None = Field(default=None, max_length=16_000, repr=False)


@router.post("", status_code=201, max_body_size=MAX_BODY)
async def open_session(body: NewSession, request: Request, chat: UseChat) -> SessionOpened:
    """A session token, told once. It belongs to one browser; its tabs share it."""
    require_origin(request, body.widget_id)
    chat.limits.sessions_per_address.require(address_of(request))
    admitted = await chat.sessions.open(body.widget_id, body.identity_token)
    return await chat.chatting.welcome(admitted)
