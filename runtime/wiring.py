"""Puts a process of ours together from its settings, and takes it apart again."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from temporalio.client import Client

from application.chats.limits import ChatLimits
from application.health import Readiness
from application.idempotency import Idempotency
from application.passwords import Passwords
from application.payloads import PayloadReading
from application.services import Configuration, Services
from channels.shop_keys import Fetch
from runtime import config_services, engine_services, media_store
from runtime.channels import Channels, open_channels, open_shop_keys
from runtime.engine_services import Parts
from runtime.keyring import Keyring
from runtime.payloads import PayloadCodec
from runtime.settings import Settings
from runtime.telemetry import OFF, Tracing
from runtime.temporal import check, connect
from storage.accounts import Accounts
from storage.blobs import BlobStore
from storage.chat_feed import ChatFeed
from storage.database import Database, open_database
from storage.idempotency import IdempotencyKeys
from workflows.client import TemporalConversations
from workflows.erasure_client import TemporalErasures


class SecretBox:
    """Accounts' secrets, sealed with the keyring."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def encrypt(self, text: str) -> bytes:
        return self._keyring.encrypt(text.encode())

    def decrypt(self, sealed: bytes) -> str:
        return self._keyring.decrypt(sealed).decode()

    def rotate(self, sealed: bytes) -> bytes:
        return self._keyring.rotate(sealed)


@dataclass(frozen=True, kw_only=True)
class Application:
    """What every process of ours is made of. Nothing of it runs in the background yet."""

    database: Database
    accounts: Accounts
    channels: Channels
    parts: Parts


@contextlib.asynccontextmanager
async def open_application(
    settings: Settings, client: Client, tracing: Tracing = OFF
) -> AsyncIterator[Application]:
    """Database, channels and the engine over them; all of it is closed at the end."""
    conninfo = settings.database_url.get_secret_value()
    async with (
        open_database(conninfo, max_size=settings.database_pool_size) as database,
        open_channels(settings, ChatFeed(database), tracing) as channels,
        media_store.open_blobs(settings) as blobs,
        open_shop_keys(settings, tracing) as shop_keys,
    ):
        yield build_application(
            settings,
            database,
            channels,
            client,
            blobs=blobs,
            shop_keys=shop_keys,
            tracing=tracing,
        )


def build_application(
    settings: Settings,
    database: Database,
    channels: Channels,
    client: Client,
    *,
    blobs: BlobStore,
    shop_keys: Fetch,
    tracing: Tracing = OFF,
) -> Application:
    """The engine over what is open already."""
    accounts = Accounts(database, SecretBox(Keyring.of(settings)))
    parts = engine_services.build(
        engine_services.Surroundings(
            database=database,
            accounts=accounts,
            channels=channels,
            conversations=TemporalConversations(client, task_queue=settings.task_queue),
            erasures=TemporalErasures(client, task_queue=settings.task_queue),
            public_url=settings.public_url,
            secret_keys=[key.get_secret_value() for key in settings.secret_keys],
            blobs=blobs,
            shop_keys=shop_keys,
            scanner=media_store.scanner(settings),
            media_max_bytes=settings.media_max_bytes,
            dispatch_queue_limit=settings.dispatch_queue_limit,
            dispatch_sweep_every=settings.dispatch_sweep_every,
            tracing=tracing,
            chat_limits=ChatLimits.of(
                calls_per_session=settings.chat_calls_per_session,
                calls_per_ip=settings.chat_calls_per_ip,
                sessions_per_ip=settings.chat_sessions_per_ip,
            ),
        )
    )
    return Application(database=database, accounts=accounts, channels=channels, parts=parts)


@contextlib.asynccontextmanager
async def open_services(settings: Settings, tracing: Tracing = OFF) -> AsyncIterator[Services]:
    """The process of the API. It starts, and takes messages in, while Temporal is down."""
    client = await connect(settings, lazy=True, interceptors=tracing.interceptors)
    async with (
        open_application(settings, client, tracing) as application,
        application.parts.running(settings.dispatch_concurrency),
    ):
        yield _services(settings, application, client)


def open_configuration(
    settings: Settings, application: Application, passwords: Passwords
) -> Configuration:
    """Everything admins do, on what is open already: for the API, the demo and the command line."""
    return config_services.configuration(
        config_services.Surroundings(
            database=application.database,
            accounts=application.accounts,
            channels=application.channels,
            passwords=passwords,
            public_url=settings.public_url,
        )
    )


def _services(settings: Settings, application: Application, client: Client) -> Services:
    database = application.database
    passwords = Passwords()
    configuration = open_configuration(settings, application, passwords)
    codec = PayloadCodec([key.get_secret_value() for key in settings.secret_keys])
    return Services(
        access=config_services.access(database, passwords, settings.session_lifetime),
        configuration=configuration,
        engine=application.parts.engine,
        idempotency=Idempotency(IdempotencyKeys(database), database),
        # Without Temporal every message is still stored, and reaches its workflow later.
        readiness=Readiness(
            {"database": database.check}, worth_knowing={"temporal": partial(check, client)}
        ),
        payloads=PayloadReading(codec, configuration.audit),
    )
