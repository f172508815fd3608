"""The API over real PostgreSQL, with fakes for providers and for Temporal."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from application.configuration.agents import NewAgent
from application.configuration.api_keys import NewApiKey
from application.health import Readiness
from application.idempotency import Idempotency
from application.passwords import Passwords
from application.payloads import PayloadReading
from application.services import Configuration, Engine, Services
from domain.channels import ChannelName
from domain.commands import AnyCommand
from domain.configuration import Agent, Caller, Role, Scope
from domain.conversations import ConversationStart, ConversationStatus, Mail
from domain.errors import NotFound
from domain.ids import ConversationId
from runtime import config_services, engine_services
from runtime.keyring import new_key
from runtime.payloads import PayloadCodec
from storage.accounts import Accounts
from storage.blobs import FileBlobs
from storage.database import Database, open_database
from storage.idempotency import IdempotencyKeys
from tests.api.one_app import OneApp
from tests.api.whatsapp_account import ACCOUNTS, FakeWhatsApp, an_account
from tests.fakes import FakeBox, FakeErasures

PUBLIC_URL = "https://holdfast.example.com"
PASSWORD = "correct horse battery staple"
EVERYTHING = tuple(Scope)
ADMIN = (Scope.CONFIG_READ, Scope.CONFIG_WRITE, Scope.SECRETS_WRITE)
ROOT = Caller(name="test", scopes=frozenset(Scope))


@dataclass
class FakeConversations:
    """Takes everything; refuses what `refusal` says."""

    refusal: Exception | None = None
    delivered: list[tuple[ConversationStart, Sequence[Mail]]] = field(default_factory=list)
    commands: list[AnyCommand] = field(default_factory=list)

    async def deliver(self, start: ConversationStart, mail: Sequence[Mail]) -> None:
        self.delivered.append((start, mail))

    async def execute(
        self, conversation_id: ConversationId, channel: ChannelName, command: AnyCommand
    ) -> None:
        if self.refusal:
            raise self.refusal
        self.commands.append(command)

    async def status(self, conversation_id: ConversationId, channel: ChannelName) -> ConversationStatus:
        raise NotFound("This conversation is not running.")


async def everything_in(database: Database) -> str:
    """All rows of all tables as one text."""
    async with database.connection() as connection:
        tables = await connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [row["tablename"] for row in await tables.fetchall()]
        rows = [
            str(await (await connection.execute(f"TABLE {name}".encode())).fetchall()) for name in names
        ]
    return "\n".join(rows)


def cheap_passwords() -> Passwords:
    """Argon2 at its cheapest: here it is the way in that is tested, not the hash."""
    return Passwords(PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)))


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    return cheap_passwords()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url, min_size=1, max_size=6) as database:
        yield database


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(database, FakeBox())


@pytest.fixture
def whatsapp() -> FakeWhatsApp:
    return FakeWhatsApp()


@pytest.fixture
def conversations() -> FakeConversations:
    return FakeConversations()


@pytest.fixture
def others() -> Sequence[Any]:
    """Channels beside WhatsApp, for tests that are about them."""
    return ()


def an_engine(
    database: Database,
    whatsapp: FakeWhatsApp,
    conversations: FakeConversations,
    media_dir: Path,
    others: Sequence[Any] = (),
) -> Engine:
    channels: Any = {each.name: each for each in (whatsapp, *others)}
    surroundings = engine_services.Surroundings(
        database=database,
        accounts=Accounts(database, FakeBox()),
        channels=channels,
        conversations=conversations,
        erasures=FakeErasures(),
        public_url=PUBLIC_URL,
        secret_keys=["a-key-of-tests"],
        blobs=FileBlobs(media_dir),
        media_max_bytes=1_000_000,
    )
    return engine_services.build(surroundings).engine


async def assembled(
    database: Database,
    whatsapp: FakeWhatsApp,
    passwords: Passwords,
    engine: Engine,
    others: Sequence[Any] = (),
) -> Services:
    """Everything real but the provider and Temporal; an organisation is there."""
    channels: Any = {each.name: each for each in (whatsapp, *others)}
    configuration = config_services.configuration(
        config_services.Surroundings(
            database=database,
            accounts=Accounts(database, FakeBox()),
            channels=channels,
            passwords=passwords,
            public_url=PUBLIC_URL,
        )
    )
    await configuration.organization.create_once("Test")
    return Services(
        access=config_services.access(database, passwords),
        configuration=configuration,
        engine=engine,
        idempotency=Idempotency(IdempotencyKeys(database), database),
        readiness=Readiness({"database": database.check}),
        payloads=PayloadReading(PayloadCodec([new_key()]), configuration.audit),
    )


@pytest.fixture
def engine(
    database: Database,
    whatsapp: FakeWhatsApp,
    conversations: FakeConversations,
    tmp_path: Path,
    others: Sequence[Any],
) -> Engine:
    return an_engine(database, whatsapp, conversations, tmp_path, others)


@pytest.fixture
async def services(
    database: Database,
    whatsapp: FakeWhatsApp,
    passwords: Passwords,
    engine: Engine,
    others: Sequence[Any],
) -> Services:
    return await assembled(database, whatsapp, passwords, engine, others)


@pytest.fixture
def configuration(services: Services) -> Configuration:
    return services.configuration


@pytest.fixture(scope="session")
def one_app() -> OneApp:
    return OneApp()


@pytest.fixture
def app(one_app: OneApp, services: Services) -> FastAPI:
    """The whole API over this test's services. Who changes its routes makes one of their own."""
    one_app.services = services
    return one_app.app


@pytest.fixture
async def asgi(app: FastAPI) -> AsyncIterator[ASGIApp]:
    """The app as a server runs it: with the state of its lifespan in each request."""
    async with app.router.lifespan_context(app) as state:

        async def serve(scope: AsgiScope, receive: Receive, send: Send) -> None:
            scope["state"] = dict(state or {})
            await app(scope, receive, send)

        yield serve


@dataclass
class Http:
    """Makes clients of the API."""

    app: ASGIApp
    configuration: Configuration
    stack: list[httpx2.AsyncClient] = field(default_factory=list)

    def anonymous(self, address: str = "10.0.0.7") -> httpx2.AsyncClient:
        return self.bearing(None, address)

    def bearing(self, token: str | None, address: str = "10.0.0.7") -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=self.app, client=(address, 4711))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = httpx2.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=headers)
        self.stack.append(client)
        return client

    async def key(self, *scopes: Scope, agent: Agent | None = None) -> str:
        draft = NewApiKey(name="test", scopes=scopes, agent_id=agent.agent_id if agent else None)
        return (await self.configuration.api_keys.create(ROOT, draft)).token

    async def keyed(self, *scopes: Scope, agent: Agent | None = None) -> httpx2.AsyncClient:
        return self.bearing(await self.key(*scopes, agent=agent))


@pytest.fixture
async def http(asgi: ASGIApp, configuration: Configuration) -> AsyncIterator[Http]:
    http = Http(asgi, configuration)
    yield http
    await asyncio.gather(*(client.aclose() for client in http.stack))


@pytest.fixture
async def admin(http: Http) -> httpx2.AsyncClient:
    """A client that may configure everything."""
    return await http.keyed(*ADMIN)


@pytest.fixture
async def ann(configuration: Configuration) -> Agent:
    """An agent who can sign in."""
    draft = NewAgent(
        name="Ann", email="ann@example.com", roles=(Role.AGENT,), password=SecretStr(PASSWORD)
    )
    return await configuration.agents.create(ROOT, draft)


@pytest.fixture
async def boss(configuration: Configuration) -> Agent:
    """An admin who can sign in."""
    draft = NewAgent(
        name="Bo", email="bo@example.com", roles=(Role.ADMIN,), password=SecretStr(PASSWORD)
    )
    return await configuration.agents.create(ROOT, draft)


@pytest.fixture
async def account(admin: httpx2.AsyncClient) -> dict[str, Any]:
    answer = await admin.post(ACCOUNTS, json=an_account())
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture
async def workstream(admin: httpx2.AsyncClient) -> dict[str, Any]:
    queue = (await admin.post("/config/v1/queues", json={"name": "Support"})).json()
    draft = {"name": "WhatsApp", "channel": "whatsapp", "fallback_queue_id": queue["queue_id"]}
    return dict((await admin.post("/config/v1/workstreams", json=draft)).json())
