"""What an agent lets a customer see beside messages: that they write, and that they have read."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from application.desk import author_of, viewer_of
from application.signal_post import Signal, SignalPost, Telling
from channels.base import Channel
from channels.extras import Parties, ReadMarks, TypingIndicator
from domain.channels import ChannelName
from domain.configuration import Caller, Credentials
from domain.conversations import State
from domain.errors import NotFound, NotYourConversation
from domain.ids import ConversationId, MessageId
from domain.views import ConversationView
from storage.conversations import Conversations as ConversationList
from storage.messages import Messages
from storage.shelf import Shelf
from storage.signal_points import SignalPoints

# Providers show it for ten seconds or more.
TYPING_EVERY: Final = timedelta(seconds=5)
# A mark that is set again is harmless; this long it is not even asked for.
MARKED_FOR: Final = timedelta(hours=1)
KEPT_AT_MOST: Final = 10_000


class Signals:
    """Refuses what is not the agent's to tell; what the provider makes of it is nobody's error."""

    def __init__(
        self,
        *,
        listed: ConversationList,
        messages: Messages,
        points: SignalPoints,
        post: SignalPost,
        channels: Mapping[ChannelName, Channel],
    ) -> None:
        self._listed = listed
        self._messages = messages
        self._points = points
        self._post = post
        self._channels = channels
        self._typing = Shelf[ConversationId, None](at_most=KEPT_AT_MOST)
        self._read = Shelf[ConversationId, int](at_most=KEPT_AT_MOST)

    async def typing(self, caller: Caller, conversation_id: ConversationId) -> None:
        """The agent is writing. Shown where free text may follow, and the channel can show it."""
        conversation = await self._held_by(caller, conversation_id)
        channel = self._channels.get(conversation.channel)
        if conversation.state is not State.ACTIVE or not isinstance(channel, TypingIndicator):
            return
        if self._typing.find(conversation_id, TYPING_EVERY) is None:
            self._typing.put(conversation_id, None)
            await self._tell(conversation, _show_typing)

    async def read(
        self, caller: Caller, conversation_id: ConversationId, message_id: MessageId
    ) -> None:
        """The agent has read everything up to this message."""
        conversation = await self._held_by(caller, conversation_id)
        message = await self._messages.get(message_id)
        if message.conversation_id != conversation_id:
            raise NotFound("There is no such message in this conversation.")
        if not isinstance(self._channels.get(conversation.channel), ReadMarks):
            return
        newest = await self._points.newest_of_customer(conversation_id, message.seq)
        marked = self._read.find(conversation_id, MARKED_FOR)
        if newest is not None and (marked is None or marked.thing < newest.seq):
            self._read.put(conversation_id, newest.seq)
            await self._tell(conversation, partial(_mark_read, newest.provider_message_id))

    async def _held_by(self, caller: Caller, conversation_id: ConversationId) -> ConversationView:
        author = author_of(caller)
        conversation = await self._listed.get(conversation_id, viewer_of(caller))
        if conversation.agent_id != author.agent_id:
            raise NotYourConversation("You do not have this conversation. Take it first.")
        return conversation

    async def _tell(self, conversation: ConversationView, tell: Telling) -> None:
        point = await self._points.find(conversation.conversation_id)
        if point is not None:
            self._post.put(Signal(point, conversation.agent_name, tell))


async def _show_typing(channel: Channel, parties: Parties, credentials: Credentials) -> None:
    if isinstance(channel, TypingIndicator):
        await channel.show_typing(parties, credentials)


async def _mark_read(
    provider_message_id: str, channel: Channel, parties: Parties, credentials: Credentials
) -> None:
    if isinstance(channel, ReadMarks):
        await channel.mark_read(parties, provider_message_id, credentials)
