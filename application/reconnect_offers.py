"""The links that agents give to customers of a live chat, so that they can come back to it."""

from datetime import datetime, timedelta
from typing import Final

from application.desk import author_of, viewer_of
from application.reconnect_links import ReconnectLinks, on_page
from domain.channels import is_live
from domain.configuration import Caller
from domain.conversations import State
from domain.errors import Refused
from domain.ids import ConversationId
from domain.timers import TimerPolicy
from domain.values import Value
from domain.views import ConversationView
from storage.conversations import Conversations as ConversationList
from storage.widgets import Widgets

SLUG: Final = "{{reconnect_link}}"
"""In an agent's text: the link stands in its place when the message is sent."""
_OVER: Final = (State.WRAP_UP, State.CLOSED)


class ReconnectOffer(Value):
    """A link to a chat. `expires_at`: as long as the customer is away, when it is too late."""

    url: str
    expires_at: datetime | None = None


class ReconnectOffers:
    """Makes links where a customer may come back at all."""

    def __init__(self, *, listed: ConversationList, widgets: Widgets, links: ReconnectLinks) -> None:
        self._listed = listed
        self._widgets = widgets
        self._links = links

    async def offer(self, caller: Caller, conversation_id: ConversationId) -> ReconnectOffer:
        """A link for the customer of this chat. Raise Refused, with the reason, where there is none."""
        author_of(caller)
        conversation = await self._listed.get(conversation_id, viewer_of(caller))
        url = await self._url(conversation)
        timers = await self._listed.timer_policy(conversation_id)
        return ReconnectOffer(url=url, expires_at=too_late_at(conversation, timers))

    async def filled_in(self, conversation: ConversationView, text: str | None) -> str | None:
        """What an agent wrote, with a link in the place of each slug."""
        if text is None or SLUG not in text:
            return text
        return text.replace(SLUG, await self._url(conversation))

    async def _url(self, conversation: ConversationView) -> str:
        if not is_live(conversation.channel):
            raise Refused("There is no reconnect link here: customers come back only to live chats.")
        if conversation.state in _OVER or conversation.ended_by is not None:
            raise Refused("This chat has ended, so nobody can come back to it.")
        reconnecting = (await self._widgets.get(conversation.endpoint_id)).settings.reconnecting
        if not reconnecting.enabled:
            raise Refused("Reconnecting is switched off for this widget. An admin may switch it on.")
        timers = await self._listed.timer_policy(conversation.conversation_id)
        if timers.reconnect_limit is None:
            raise Refused("This chat is persistent: its customer finds it again by signing in.")
        if reconnecting.portal_url is None:
            raise Refused("This widget has no portal URL to link to. An admin may set one.")
        address = conversation.contact.address
        token = self._links.token(conversation.conversation_id, address)
        return on_page(reconnecting.portal_url, token)


def too_late_at(conversation: ConversationView, timers: TimerPolicy) -> datetime | None:
    """When a customer who is away cannot come back any more. None: they are not, or nothing ends it."""
    limit = timers.reconnect_limit
    if conversation.state is State.RECONNECT_WINDOW and limit is not None:
        return conversation.state_changed_at + limit
    if conversation.state is State.DISCONNECTED:
        return conversation.state_changed_at + timers.connection_grace + (limit or timedelta())
    return None
