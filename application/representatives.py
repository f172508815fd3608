"""Customers are shown which person speaks to them, on channels that show it."""

from collections.abc import Mapping
from functools import partial
from typing import Final
from uuid import UUID, uuid5

import structlog

from application.signal_post import Signal, SignalPost
from channels.base import Channel
from channels.extras import Parties, RepresentativeEvents
from domain.channels import ChannelName
from domain.configuration import Credentials
from domain.conversations import State
from domain.errors import HoldfastError
from domain.ids import AgentId
from domain.views import ConversationView
from storage.signal_points import SignalPoints

IN_HAND: Final = frozenset({State.ACTIVE, State.TEMPLATE_ONLY})

log = structlog.get_logger()


class Representatives:
    """Told after the conversation changed hands, and best-effort.

    That is right because nothing rests on it: the change is durable already, and every message
    names its representative itself. A provider that is down must not keep an agent from taking a
    conversation, and what is told an hour late would be a lie.
    """

    def __init__(
        self, points: SignalPoints, post: SignalPost, channels: Mapping[ChannelName, Channel]
    ) -> None:
        self._points = points
        self._post = post
        self._channels = channels

    async def changed(self, before: ConversationView, after: ConversationView) -> None:
        """A command was carried out; tell who went and who came, if anybody did. Never fails."""
        gone, come = _speaker(before), _speaker(after)
        if gone == come or not isinstance(self._channels.get(after.channel), RepresentativeEvents):
            return
        try:
            point = await self._points.find(after.conversation_id)
        except HoldfastError as error:
            log.warning("a customer is not shown who speaks", why=error.code)
            return
        if point is None:
            return
        # Whoever saw the same change tells the same event, which the provider counts once.
        if gone is not None:
            event_id = uuid5(point.conversation_id, f"left {gone} {point.revision}")
            self._post.put(Signal(point, before.agent_name, partial(_left, event_id)))
        if come is not None:
            event_id = uuid5(point.conversation_id, f"joined {come} {point.revision}")
            self._post.put(Signal(point, after.agent_name, partial(_joined, event_id)))


def _speaker(conversation: ConversationView) -> AgentId | None:
    return conversation.agent_id if conversation.state in IN_HAND else None


async def _joined(event_id: UUID, channel: Channel, parties: Parties, credentials: Credentials) -> None:
    if isinstance(channel, RepresentativeEvents):
        await channel.joined(parties, credentials, event_id=event_id)


async def _left(event_id: UUID, channel: Channel, parties: Parties, credentials: Credentials) -> None:
    if isinstance(channel, RepresentativeEvents):
        await channel.left(parties, credentials, event_id=event_id)
