"""What all routes of customers share: whose session it is, and how large a body may be."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.requests import HTTPConnection

from api.chat.origins import require_origin
from api.chat.permission import permitted
from api.dependencies import Token, services_of
from api.errors import PROBLEMS
from application.services import Chat
from domain.chats import ChatSession

# A message of 6,000 characters, or everything a page says when a chat begins.
MAX_BODY: Final = 28 * 1024


async def chat_of(connection: HTTPConnection) -> Chat:
    """The use cases of live chat."""
    return services_of(connection).engine.chat


UseChat = Annotated[Chat, Depends(chat_of)]


async def current_session(connection: HTTPConnection, token: Token, chat: UseChat) -> ChatSession:
    """The caller's session. Raise NotSignedIn, NotAllowed on other pages, or TooManyRequests."""
    session = await chat.sessions.authenticate(token)
    require_origin(connection, session.widget_id)
    chat.limits.per_session.require(session.session_id)
    return session


CurrentSession = Annotated[ChatSession, Depends(current_session)]


def chat_router(path: str = "") -> APIRouter:
    """A router under /chat/v1, whose callers have been let in."""
    dependencies = [Depends(permitted)]
    return APIRouter(
        prefix=f"/chat/v1{path}", tags=["chat"], responses=PROBLEMS, dependencies=dependencies
    )
