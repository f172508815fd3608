"""What the engine stands on, opened before it is put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from application.chats.limits import ChatLimits
from application.dispatch import QUEUE_LIMIT, SWEEP_EVERY
from channels.base import Channel
from channels.shop_keys import Fetch, NoFetch
from domain.channels import ChannelName
from runtime.telemetry import OFF, Tracing
from storage.accounts import Accounts
from storage.blobs import BlobStore
from storage.clamd import Scanner
from storage.database import Database
from workflows.client import Conversations
from workflows.erasure_client import ErasureStarter


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the engine stands on."""

    database: Database
    accounts: Accounts
    channels: Mapping[ChannelName, Channel]
    conversations: Conversations
    erasures: ErasureStarter
    public_url: str
    secret_keys: Sequence[str]
    blobs: BlobStore
    media_max_bytes: int
    scanner: Scanner | None = None
    """None: files are not looked into."""
    dispatch_queue_limit: int = QUEUE_LIMIT
    dispatch_sweep_every: timedelta = SWEEP_EVERY
    tracing: Tracing = OFF
    shop_keys: Fetch = field(default_factory=NoFetch)
    """Reads the keys with which shops sign."""
    chat_limits: ChatLimits = field(default_factory=ChatLimits.of)
