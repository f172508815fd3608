"""Holdfast in this process: its API and its worker as they are assembled, on real servers."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx2
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from twilio.request_validator import RequestValidator

import worker
from api.app import create_app
from application.configuration.agents import NewAgent
from application.configuration.api_keys import NewApiKey
from application.services import Services
from domain.configuration import Caller, Role, Scope
from runtime import versions
from runtime.keyring import new_key
from runtime.settings import Settings
from runtime.telemetry import OFF, Tracing
from runtime.temporal import connect
from runtime.wiring import open_application, open_services
from storage.organization import Organizations
from tests.contract.simulated_twilio import ACCOUNT, BUSINESS, TOKEN, Simulator

PUBLIC_URL = "https://holdfast.example.com"
ROOT = Caller(name="test", scopes=frozenset(Scope))
PASSWORD = "tr0ub4dor-and-3-markers"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Whole:
    """The running thing, and the shortest ways to use it."""

    settings: Settings
    services: Services
    admin: httpx2.AsyncClient
    agent: httpx2.AsyncClient
    anonymous: httpx2.AsyncClient
    account_id: str = ""

    async def set_up(self) -> None:
        """One number of the simulated account, through the config API."""
        me = (await self.agent.get("/agent/v1/me")).json()["agent"]["agent_id"]
        queue = await self.made("queues", {"name": "Support", "member_ids": [me]})
        workstream = await self.made(
            "workstreams",
            {"name": "W", "channel": "whatsapp", "fallback_queue_id": queue["queue_id"]},
        )
        account = await self.made(
            "accounts",
            {
                "name": "A",
                "channel": "whatsapp",
                "settings": {"account_sid": ACCOUNT},
                "secrets": {"auth_token": TOKEN},
                "privacy_acknowledged_version": "1",
            },
        )
        self.account_id = account["account_id"]
        number = {"name": "N", "number": BUSINESS, "workstream_id": workstream["workstream_id"]}
        await self.made(f"accounts/{self.account_id}/endpoints", number)

    async def made(self, path: str, draft: dict[str, Any]) -> dict[str, Any]:
        answer = await self.admin.post(f"/config/v1/{path}", json=draft)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def webhook(
        self, form: dict[str, str], *, kind: str = "messages", query: str = "", token: str = TOKEN
    ) -> httpx2.Response:
        """As Twilio would call it."""
        path = f"/webhooks/twilio/{self.account_id}/{kind}{query}"
        signature = RequestValidator(token).compute_signature(PUBLIC_URL + path, form)
        headers = {"Content-Type": FORM, "X-Twilio-Signature": signature}
        return await self.anonymous.post(path, content=urlencode(form), headers=headers)

    async def conversations(self, **query: str) -> list[dict[str, Any]]:
        answer = await self.agent.get("/agent/v1/conversations", params=query)
        return list(answer.json()["items"])


@contextlib.asynccontextmanager
async def running(
    environment: WorkflowEnvironment,
    database_url: str,
    media_dir: Path,
    simulator: Simulator,
    tracing: Tracing = OFF,
) -> AsyncIterator[Whole]:
    """API and worker, with an admin's key and an agent's session."""
    settings = Settings(
        public_url=PUBLIC_URL,
        database_url=SecretStr(database_url),
        secret_keys=(SecretStr(new_key()),),
        temporal_address=environment.client.service_client.config.target_host,
        task_queue=f"whole-{uuid4()}",
        build_id=f"build-{uuid4()}",
        media_dir=media_dir,
        twilio_api_url=simulator.url,
        twilio_content_url=simulator.url,
        allow_private_media_hosts=True,
    )
    client = await connect(settings, interceptors=tracing.interceptors)
    async with open_application(settings, client, tracing) as application:
        await Organizations(application.database).create_once("Shop")
        built = await worker.build(client, settings, worker.activities(application.parts))
        await versions.promote(client, settings.build_id)
        async with application.parts.dispatcher.running(), built, _api(settings, tracing) as whole:
            await whole.set_up()
            yield whole
            await _end_workflows(client, settings.task_queue)


async def _end_workflows(client: Client, task_queue: str) -> None:
    """The server is shared: nobody can go on with what only these keys decrypt."""
    running = f"TaskQueue = '{task_queue}' AND ExecutionStatus = 'Running'"
    async for each in client.list_workflows(running):
        with contextlib.suppress(RPCError):  # it ended by itself
            await client.get_workflow_handle(each.id, run_id=each.run_id).terminate()


@contextlib.asynccontextmanager
async def _api(settings: Settings, tracing: Tracing) -> AsyncIterator[Whole]:
    async with contextlib.AsyncExitStack() as stack:
        services = await stack.enter_async_context(open_services(settings, tracing))

        @contextlib.asynccontextmanager
        async def opened() -> AsyncIterator[Services]:
            yield services

        app = create_app(opened)
        state = await stack.enter_async_context(app.router.lifespan_context(app))
        answer = tracing.requests(app)

        async def serve(scope: Any, receive: Any, send: Any) -> None:
            scope["state"] = dict(state or {})
            await answer(scope, receive, send)

        async def a_client(token: str | None = None) -> httpx2.AsyncClient:
            return await stack.enter_async_context(
                httpx2.AsyncClient(
                    transport=httpx2.ASGITransport(app=serve),
                    base_url=PUBLIC_URL,
                    headers={"Authorization": f"Bearer {token}"} if token else {},
                )
            )

        scopes = (Scope.CONFIG_READ, Scope.CONFIG_WRITE, Scope.SECRETS_WRITE)
        key = await services.configuration.api_keys.create(ROOT, NewApiKey(name="k", scopes=scopes))
        person = NewAgent(
            name="Ann",
            email="ann@markers.example",
            roles=(Role.SUPERVISOR, Role.AGENT),
            password=SecretStr(PASSWORD),
        )
        await services.configuration.agents.create(ROOT, person)
        anonymous = await a_client()
        signed_in = await anonymous.post(
            "/agent/v1/sign-in", json={"email": person.email, "password": PASSWORD}
        )
        yield Whole(
            settings=settings,
            services=services,
            admin=await a_client(key.token),
            agent=await a_client(signed_in.json()["token"]),
            anonymous=anonymous,
        )
