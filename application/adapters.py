"""The adapter of a channel. An account may outlive the build that could serve it."""

from collections.abc import Mapping

from channels.base import Channel
from domain.channels import ChannelName
from domain.errors import NotFound


def adapter_of(channels: Mapping[ChannelName, Channel], name: ChannelName) -> Channel:
    """Raise NotFound where there is none."""
    channel = channels.get(name)
    if channel is None:
        raise NotFound(f"This build of Holdfast has no adapter for {name}.")
    return channel
