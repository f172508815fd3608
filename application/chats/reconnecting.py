"""Back to a chat by the link an agent gave: in time to the same agent, else to where the admin said.

The chat itself decides: a link is good as long as its chat goes on, and for its customer only.
"""

from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from pydantic import Field

from application.chats.chatting import Chatting
from application.chats.sessions import Sessions
from application.chats.shop_sign_in import SIGNED_IN
from application.chats.sign_in import CustomerSignIn
from application.reconnect_links import ReconnectLinks, read
from application.reconnect_offers import too_late_at
from domain.chats import ChatSnapshot, EndedReason, Visitor
from domain.errors import ChatEnded, NotFound
from domain.ids import EndpointId
from domain.timers import TimerPolicy
from domain.values import Value
from domain.views import ConversationView
from storage.chats import Chats, KnownChat
from storage.conversations import Conversations as ConversationList
from storage.widgets import Widgets

NO_LINK: Final = "invalid_link"
SOMEBODY_ELSE: Final = "other_customer"
_TOO_LATE: Final = frozenset({"reconnect_expired", "connection_lost"})


class Reconnected(Value):
    """The same chat goes on, in this browser too."""

    outcome: Literal["reconnected"] = "reconnected"
    session_token: str = Field(repr=False)
    snapshot: ChatSnapshot


class Expired(Value):
    """Opened too late. `redirect_url`: where to go instead; null: a new chat may be offered."""

    outcome: Literal["expired"] = "expired"
    redirect_url: str | None = None


class NewChat(Value):
    """The link leads nowhere any more; a new chat may be offered."""

    outcome: Literal["new_chat"] = "new_chat"
    reason: EndedReason | Literal["invalid_link", "other_customer"]


Outcome: TypeAlias = Reconnected | Expired | NewChat


class Reconnecting:
    """Exchanges links for sessions."""

    def __init__(
        self,
        *,
        links: ReconnectLinks,
        listed: ConversationList,
        widgets: Widgets,
        chats: Chats,
        sessions: Sessions,
        sign_in: CustomerSignIn,
        chatting: Chatting,
    ) -> None:
        self._links = links
        self._listed = listed
        self._widgets = widgets
        self._chats = chats
        self._sessions = sessions
        self._sign_in = sign_in
        self._chatting = chatting

    async def open(self, widget_id: EndpointId, link_token: str, identity_token: str | None) -> Outcome:
        """Where the link leads now. Raise NotSignedIn where the customer must show who they are."""
        conversation = await self._linked(widget_id, link_token)
        if conversation is None:
            return NewChat(reason=NO_LINK)
        over = await self._over(conversation)
        if over is not None:
            return over
        visitor = await self._visitor(conversation, identity_token)
        if visitor.address != conversation.contact.address:
            return NewChat(reason=SOMEBODY_ELSE)
        return await self._back(conversation, visitor)

    async def _linked(self, widget_id: EndpointId, link_token: str) -> ConversationView | None:
        """The chat of this widget to which it leads, if we made it for that chat's customer."""
        link = read(link_token)
        if link is None:
            return None
        try:
            found = await self._listed.get(link.conversation_id)
        except NotFound:
            return None
        is_good = self._links.is_ours(link, found.contact.address)
        return found if is_good and found.endpoint_id == widget_id else None

    async def _over(self, conversation: ConversationView) -> Expired | NewChat | None:
        known = await self._chats.get(conversation.conversation_id)
        reason = known.view.ended_reason or "agent_ended"
        if not known.view.can_write and reason not in _TOO_LATE:
            return NewChat(reason=reason)
        timers = await self._listed.timer_policy(conversation.conversation_id)
        if known.view.can_write and not _is_too_late(conversation, known, timers):
            return None
        widget = await self._widgets.get(conversation.endpoint_id)
        return Expired(redirect_url=widget.settings.reconnecting.redirect_url)

    async def _visitor(self, conversation: ConversationView, identity_token: str | None) -> Visitor:
        """Who has the link is its customer, unless the shop knew them: then it has to say so again."""
        address = conversation.contact.address
        if address.startswith(SIGNED_IN):
            return await self._sign_in.verify(conversation.endpoint_id, identity_token)
        return Visitor(address=address, display_name=conversation.contact.display_name)

    async def _back(self, conversation: ConversationView, visitor: Visitor) -> Outcome:
        admitted = await self._sessions.admit(conversation.endpoint_id, visitor)
        try:
            snapshot = await self._chatting.rejoin(admitted.session, conversation.conversation_id)
        except ChatEnded:  # while we looked
            return await self._over(conversation) or NewChat(reason=NO_LINK)
        return Reconnected(session_token=admitted.token, snapshot=snapshot)


def _is_too_late(conversation: ConversationView, known: KnownChat, timers: TimerPolicy) -> bool:
    """Also when the conversation was not told yet, because parts of ours were down."""
    limit = timers.reconnect_limit
    if known.lost_at is None or limit is None:
        return False
    at = too_late_at(conversation, timers) or known.lost_at + timers.connection_grace + limit
    return datetime.now(UTC) >= at
