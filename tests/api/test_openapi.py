"""The document is true: whatever is sent, the API answers as it says, and never breaks."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from pydantic import SecretStr
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from api.app import create_app
from application.configuration.accounts import NewAccount
from application.configuration.agents import NewAgent
from application.configuration.api_keys import NewApiKey
from application.configuration.automated_messages import NewAutomatedMessage
from application.configuration.capacity_profiles import NewCapacityProfile
from application.configuration.drafts import WordingDraft
from application.configuration.endpoints import NewEndpoint
from application.configuration.operating_hours import NewOperatingHours
from application.configuration.queues import NewQueue
from application.configuration.routing_rules import NewRuleset
from application.configuration.skills import NewSkill
from application.configuration.templates import NewTemplate, Translation
from application.configuration.workstreams import NewWorkstream
from application.services import Services
from domain.channels import ChannelName
from domain.configuration import Role, Scope
from domain.effects import Trigger
from domain.routing_rules import RulesetKind
from storage.database import open_database
from tests.api.conftest import (
    PASSWORD,
    ROOT,
    FakeConversations,
    an_engine,
    assembled,
    cheap_passwords,
)
from tests.api.whatsapp_account import SID, TOKEN, FakeWhatsApp

EXAMPLES = 8
CHECKS: list[Any] = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    response_schema_conformance,
]


class Seeded:
    """A running API with one of everything, and a key that may do all."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        self.token = ""
        self.base_url = ""
        self.client = httpx2.Client()

    async def seed(self, services: Services) -> None:
        use = services.configuration
        everybody = NewAgent(name="All", email="all@example.com", roles=tuple(Role))
        caller = await use.agents.create(ROOT, everybody)
        key = NewApiKey(name="all", scopes=tuple(Scope), agent_id=caller.agent_id)
        self.token = (await use.api_keys.create(ROOT, key)).token
        other = await use.agents.create(
            ROOT, NewAgent(name="Ann", email="ann@example.com", password=SecretStr(PASSWORD))
        )
        spare = await use.api_keys.create(ROOT, NewApiKey(name="spare", scopes=(Scope.CONFIG_READ,)))
        queue = await use.queues.create(ROOT, NewQueue(name="Q", member_ids=(other.agent_id,)))
        hours = await use.operating_hours.create(ROOT, NewOperatingHours(name="H", time_zone="UTC"))
        skill = await use.skills.create(ROOT, NewSkill(name="S"))
        profile = await use.capacity_profiles.create(ROOT, NewCapacityProfile(name="P", work_limit=3))
        workstream = await use.workstreams.create(
            ROOT,
            NewWorkstream(name="W", channel=ChannelName.WHATSAPP, fallback_queue_id=queue.queue_id),
        )
        routing = NewRuleset(workstream_id=workstream.workstream_id, kind=RulesetKind.CLASSIFICATION)
        ruleset = await use.routing_rules.create(ROOT, routing)
        secrets, sid = {"auth_token": TOKEN}, {"account_sid": SID}
        draft = NewAccount(name="A", channel=ChannelName.WHATSAPP, settings=sid, secrets=secrets)
        account = (await use.accounts.create(ROOT, draft)).account
        number = NewEndpoint(name="N", address="+14155238886", workstream_id=workstream.workstream_id)
        endpoint = await use.endpoints.create(ROOT, account.account_id, number)
        text = Translation(language="en", text="Hello", content_sid="HX1")
        template = await use.templates.create(
            ROOT, NewTemplate(account_id=account.account_id, name="T", translations=(text,))
        )
        greeting = await use.automated_messages.create(
            ROOT,
            NewAutomatedMessage(
                trigger=Trigger.CONVERSATION_OPENED,
                channel=ChannelName.WHATSAPP,
                wording=WordingDraft(texts={"en": "Hello"}),
            ),
        )
        self.ids = {
            "automated_message_id": str(greeting.automated_message_id),
            "agent_id": str(other.agent_id),
            "key_id": str(spare.key.key_id),
            "skill_id": str(skill.skill_id),
            "profile_id": str(profile.profile_id),
            "operating_hours_id": str(hours.operating_hours_id),
            "queue_id": str(queue.queue_id),
            "fallback_queue_id": str(queue.queue_id),
            "ruleset_id": str(ruleset.ruleset_id),
            "workstream_id": str(workstream.workstream_id),
            "account_id": str(account.account_id),
            "endpoint_id": str(endpoint.endpoint_id),
            "template_id": str(template.template_id),
        }


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The app on a free port, on a thread and an event loop of its own."""
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
            assert thread.is_alive(), "the API did not start"
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def api(database_url: str, tmp_path: Path) -> Iterator[Seeded]:
    seeded = Seeded()

    @asynccontextmanager
    async def open_services() -> AsyncIterator[Services]:
        async with open_database(database_url) as database:
            whatsapp = FakeWhatsApp(token=None)
            engine = an_engine(database, whatsapp, FakeConversations(), tmp_path)
            services = await assembled(database, whatsapp, cheap_passwords(), engine)
            await seeded.seed(services)
            yield services

    with (
        served(create_app(open_services)) as seeded.base_url,
        httpx2.Client(base_url=seeded.base_url) as seeded.client,
    ):
        yield seeded


def is_for_people(path: str) -> bool:
    """Providers' requests are signed: tests/api/test_webhooks.py."""
    return path.startswith(("/config/", "/agent/"))


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
def test_every_operation_answers_as_documented(api: Seeded, mode: GenerationMode) -> None:
    document = create_app(lambda: pytest.fail("only its document is needed")).openapi()
    schema = schemathesis.openapi.from_dict(document)
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if is_for_people(operation.path):
            tried += 1
            try_out(api, operation, mode)

    assert tried > 40


def try_out(api: Seeded, operation: Any, mode: GenerationMode) -> None:
    authorization = {"Authorization": f"Bearer {api.token}"}

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answers_as_documented(case: Any) -> None:
        headers = dict(authorization)
        if mode is GenerationMode.POSITIVE:
            point_at_what_exists(api, case)
            now = api.client.get(case.formatted_path, headers=headers)
            headers["If-Match"] = now.headers.get("etag", '"1"')
        case.call_and_validate(base_url=api.base_url, headers=headers, checks=CHECKS)

    answers_as_documented()


def point_at_what_exists(api: Seeded, case: Any) -> None:
    """Ids that were drawn lead nowhere."""
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            part.update({name: value for name, value in api.ids.items() if name in part})
