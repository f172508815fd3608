"""Every channel of this build, at the addresses that are set. A new one is one more line here."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import TypeAlias

from channels.base import Channel
from channels.exchange import Exchange, Timeouts
from channels.google.tokens import AccessTokens
from channels.google_business_messages import BusinessMessagesChannel
from channels.guarded_fetch import GuardedFetch
from channels.line import LineChannel
from channels.line_api.client import LineClient
from channels.live_chat import CustomerSignals, LiveChatChannel
from channels.media_fetch import MediaFetcher
from channels.rcs import RcsChannel
from channels.shop_keys import Fetch
from channels.twilio.client import TwilioClients
from channels.watching import Watch
from channels.whatsapp import WhatsAppChannel
from domain.channels import ChannelName
from runtime.settings import Settings
from runtime.telemetry import OFF, Tracing

Channels: TypeAlias = Mapping[ChannelName, Channel]


@contextlib.asynccontextmanager
async def open_channels(
    settings: Settings, signals: CustomerSignals, tracing: Tracing = OFF
) -> AsyncIterator[Channels]:
    """All of them; their connections are closed at the end. `signals`: what our widget shows."""
    async with contextlib.AsyncExitStack() as stack:
        channels: dict[ChannelName, Channel] = {ChannelName.LIVE_CHAT: LiveChatChannel(signals)}
        for make in (_whatsapp, _line, _business_messages, _rcs):
            channel = make(settings, tracing.watch)
            stack.push_async_callback(channel.close)
            channels[channel.name] = channel
        yield channels


@contextlib.asynccontextmanager
async def open_shop_keys(settings: Settings, tracing: Tracing = OFF) -> AsyncIterator[Fetch]:
    """Reads the keys with which shops sign who their customers are."""
    fetch = GuardedFetch(allow_private_hosts=settings.allow_private_media_hosts, watch=tracing.watch)
    try:
        yield fetch
    finally:
        await fetch.close()


def _whatsapp(settings: Settings, watch: Watch) -> Channel:
    clients = TwilioClients(
        api_url=settings.twilio_api_url, content_url=settings.twilio_content_url, watch=watch
    )
    return WhatsAppChannel(clients, _media(settings, watch))


def _line(settings: Settings, watch: Watch) -> Channel:
    client = LineClient(
        api_url=settings.line_api_url,
        data_api_url=settings.line_data_api_url,
        sticker_url=settings.line_sticker_url,
        watch=watch,
    )
    return LineChannel(client, _media(settings, watch))


def _business_messages(settings: Settings, watch: Watch) -> Channel:
    exchange = Exchange("Google", Timeouts(), watch=watch)
    tokens = AccessTokens(exchange, token_url=settings.google_token_url)
    media = _media(settings, watch)
    return BusinessMessagesChannel(exchange, tokens, media, api_url=settings.gbm_api_url)


def _rcs(settings: Settings, watch: Watch) -> Channel:
    exchange = Exchange("Google", Timeouts(), watch=watch)
    tokens = AccessTokens(exchange, token_url=settings.google_token_url)
    return RcsChannel(exchange, tokens, _media(settings, watch), api_url=settings.rcs_api_url)


def _media(settings: Settings, watch: Watch) -> MediaFetcher:
    return MediaFetcher(
        allow_private_hosts=settings.allow_private_media_hosts,
        max_bytes=settings.media_max_bytes,
        watch=watch,
    )
