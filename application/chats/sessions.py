"""Sessions: a customer at a widget gets a secret, and is known by it from then on."""

import secrets
from typing import Final, NamedTuple

from application import tokens
from application.chats.sign_in import CustomerSignIn
from domain.chats import ChatSession, Visitor
from domain.errors import NotFound, NotSignedIn
from domain.ids import EndpointId, new_id
from storage.chat_sessions import ChatSessions, ChatWidget
from storage.intake import ENDPOINT_KEPT_FOR, IntakeEndpoint
from storage.shelf import Shelf

PREFIX: Final = "hfc_"
_UNKNOWN: Final = "This session is not valid any more. Open a new one."


class Admitted(NamedTuple):
    """A session at the one moment its token is known."""

    token: str
    session: ChatSession


class Sessions:
    """Opens sessions, and recognises them."""

    def __init__(self, sessions: ChatSessions, sign_in: CustomerSignIn) -> None:
        self._sessions = sessions
        self._sign_in = sign_in
        self._endpoints = Shelf[EndpointId, IntakeEndpoint]()

    async def open(self, widget_id: EndpointId, identity_token: str | None) -> Admitted:
        """For somebody the shop vouches for, or else for somebody nobody knows."""
        await self._require_open(widget_id)
        return await self.admit(widget_id, await self._sign_in.verify(widget_id, identity_token))

    async def admit(self, widget_id: EndpointId, visitor: Visitor) -> Admitted:
        """A session for who is known already, such as by a link that only they have."""
        token = PREFIX + secrets.token_urlsafe(tokens.SECRET_BYTES)
        session = ChatSession(session_id=new_id(), widget_id=widget_id, visitor=visitor)
        await self._sessions.add(session, tokens.digest(token))
        return Admitted(token, session)

    async def authenticate(self, token: str) -> ChatSession:
        """Whose token it is. Raise NotSignedIn unless it is good now."""
        if not token.startswith(PREFIX) or len(token) > tokens.MAX_LENGTH:
            raise NotSignedIn(_UNKNOWN)
        session = await self._sessions.find(tokens.digest(token))
        if session is None:
            raise NotSignedIn(_UNKNOWN)
        return session

    async def widget(self, widget_id: EndpointId) -> ChatWidget:
        """Raise NotFound when it was removed."""
        widget = await self._sessions.widget(widget_id)
        if widget is None:
            raise NotFound("There is no such widget.")
        return widget

    async def endpoint(self, widget_id: EndpointId) -> IntakeEndpoint:
        """The widget as every message needs it. Raise NotFound when it was removed some seconds ago."""
        kept = self._endpoints.find(widget_id, ENDPOINT_KEPT_FOR)
        if kept:
            return kept.thing
        endpoint = IntakeEndpoint.model_validate((await self.widget(widget_id)).model_dump())
        self._endpoints.put(widget_id, endpoint)
        return endpoint

    async def _require_open(self, widget_id: EndpointId) -> None:
        if not (await self.widget(widget_id)).enabled:
            raise NotFound("There is no such widget.")


def a_stranger() -> Visitor:
    """Nobody can guess this address, and nothing is known of who has it."""
    return Visitor(address=f"visitor:{secrets.token_hex(16)}")
