"""Who cannot be reached by one channel may be by another, where a workstream wants that."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from application.media_policy import require_sendable as require_sendable_file
from channels.base import Channel
from channels.splitting import split_text
from domain.channels import Capabilities, ChannelName
from domain.configuration import Organization
from domain.errors import MediaRefused
from domain.messages import Content, Location, Media, Text
from domain.ports import Claim
from domain.service_window import is_window_open
from storage.diversions import Diversions, Way
from storage.organization import Organizations


class FallbackPolicy:
    """Takes the first way that is open now and carries the message as it is."""

    def __init__(
        self,
        diversions: Diversions,
        organizations: Organizations,
        channels: Mapping[ChannelName, Channel],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._diversions = diversions
        self._organizations = organizations
        self._channels = channels
        self._now = now

    async def divert(self, claim: Claim) -> bool:
        """Have the message leave by another channel with its next attempt; False: there is none."""
        message = claim.message
        ways = await self._diversions.ways(message.message_id)
        if not ways:
            return False
        organization = await self._organizations.get()
        way = next((way for way in ways if self._takes(way, message.content, organization)), None)
        return way is not None and await self._diversions.divert(message.message_id, way)

    def _takes(self, way: Way, content: Content, organization: Organization) -> bool:
        channel = self._channels.get(way.channel)
        if channel is None or not is_window_open(way.window_expires_at, self._now()):
            return False
        return fits(content, channel.capabilities, organization)


def fits(content: Content, capabilities: Capabilities, organization: Organization) -> bool:
    """Whether a channel carries this in one message, as it was written for another one."""
    match content:
        case Text():
            return _is_one(content.text, capabilities)
        case Media():
            fits_caption = not content.caption or _is_one(content.caption, capabilities)
            fits_number = len(content.items) <= capabilities.media_per_message
            return fits_caption and fits_number and _files_fit(content, capabilities, organization)
        case Location():
            return True
        case _:
            return False


def _is_one(text: str, capabilities: Capabilities) -> bool:
    return len(split_text(text, capabilities)) == 1


def _files_fit(media: Media, capabilities: Capabilities, organization: Organization) -> bool:
    try:
        for item in media.items:
            require_sendable_file(item.mime_type, item.size or 0, capabilities, organization)
    except MediaRefused:
        return False
    return True
