"""A person is erased by the processes as they are, and by workers that break off in the middle."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from google.protobuf.json_format import ParseDict
from temporalio.api.common.v1 import Payload
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.erasure import ErasureActivities
from domain.erasure import Erasure, ErasureState
from domain.ids import new_id
from domain.ports import Eraser
from runtime.temporal import connect, data_converter
from storage.database import open_database
from storage.erasures import Erasures
from tests.contract.simulated_twilio import ACCOUNT, BUSINESS, Simulator
from tests.integration.story import simulated, until
from tests.persons import TRACES, StumblingDatabase, Traces, an_eraser, everything_in
from tests.whole import Whole
from workflows.erasure import ErasureWorkflow
from workflows.erasure_client import TemporalErasures
from workflows.sandbox import RUNNER

PHONE = "+4915199911122"
SAID = ("my knee hurts", "take two a day", "allergic to penicillin", "Quentin", PHONE[1:])


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with simulated(PHONE, "Quentin", SAID[0]) as simulator:
        yield simulator


async def converse(whole: Whole, simulator: Simulator) -> dict[str, Any]:
    """Quentin writes, is answered, and a note is taken. The conversation goes on running."""
    sender = {"From": f"whatsapp:{PHONE}", "WaId": PHONE[1:], "ProfileName": "Quentin"}
    form = {"MessageSid": f"SM{1:032x}", "AccountSid": ACCOUNT, "To": f"whatsapp:{BUSINESS}"}
    answer = await whole.webhook({**form, **sender, "Body": SAID[0], "NumMedia": "0"})
    assert answer.status_code == 200
    [conversation] = await until(whole.conversations)
    path = f"/agent/v1/conversations/{conversation['conversation_id']}"

    async def is_taken() -> bool:
        return (await whole.agent.post(f"{path}/accept")).status_code == 200

    await until(is_taken)
    keyed = {"Idempotency-Key": "k1"}
    await whole.agent.post(f"{path}/messages", json={"text": SAID[1]}, headers=keyed)
    await whole.agent.post(f"{path}/notes", json={"text": SAID[2]}, headers={"Idempotency-Key": "k2"})

    async def has_arrived() -> bool:
        return SAID[1] in simulator.delivered()

    await until(has_arrived)
    return conversation


async def histories(whole: Whole) -> str:
    """Everything that Temporal keeps of this deployment's workflows, decrypted."""
    client = await connect(whole.settings)
    converter = data_converter([key.get_secret_value() for key in whole.settings.secret_keys])
    assert converter.payload_codec is not None
    found = []
    async for each in client.list_workflows(f"TaskQueue = '{whole.settings.task_queue}'"):
        handle = client.get_workflow_handle(each.id, run_id=each.run_id)
        found.append(await handle.fetch_history())
    payloads = [payload for history in found for payload in _payloads(json.loads(history.to_json()))]
    opened = [str((await converter.payload_codec.decode([payload]))[0].data) for payload in payloads]
    return "\n".join([*(history.to_json() for history in found), *opened])


def _payloads(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if {"metadata", "data"} <= value.keys():
            yield ParseDict(value, Payload())
        for each in value.values():
            yield from _payloads(each)
    if isinstance(value, list):
        for each in value:
            yield from _payloads(each)


async def test_a_person_is_erased_by_the_whole(whole: Whole, simulator: Simulator) -> None:
    conversation = await converse(whole, simulator)
    path = f"/config/v1/contacts/{conversation['contact_id']}/erasure"
    refused = await whole.admin.post(path, json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "still_in_use")

    begun = await whole.admin.post(path, json={"close_running": True})
    assert begun.status_code == 202

    async def is_done() -> bool:
        return (await whole.admin.get(path)).json()["state"] == "done"

    await until(is_done)
    async with open_database(whole.settings.database_url.get_secret_value()) as database:
        after = await everything_in(database)
    assert {name for name, text in after.items() if any(said in text for said in SAID)} == set()
    kept = await histories(whole)
    assert f'"conversation_id":"{conversation["conversation_id"]}"' in kept  # it was decrypted
    assert not [said for said in SAID if said in kept]


# -- workers that break off --------------------------------------------------------------------------


@asynccontextmanager
async def a_worker(server: WorkflowEnvironment, queue: str, eraser: Eraser) -> AsyncIterator[None]:
    erasure = ErasureActivities(eraser)
    async with Worker(
        server.client,
        task_queue=queue,
        workflows=[ErasureWorkflow],
        activities=[
            erasure.detach_contact,
            erasure.close_conversations_of_contact,
            erasure.erase_some,
            erasure.prove_erasure,
            erasure.give_up_erasure,
        ],
        workflow_runner=RUNNER,
        graceful_shutdown_timeout=timedelta(),
    ):
        yield


async def begun(left: Traces, server: WorkflowEnvironment, queue: str) -> UUID:
    erasures = Erasures(left.shop.database)
    erasure_id = (await erasures.request(left.contact_id, "Bo", new_id())).erasure_id
    assert await TemporalErasures(server.client, task_queue=queue).start(erasure_id)
    return erasure_id


async def ended(left: Traces, server: WorkflowEnvironment, erasure_id: UUID) -> Erasure:
    async with asyncio.timeout(60):
        await server.client.get_workflow_handle(f"erasure/{erasure_id}").result()
    after = str(await everything_in(left.shop.database))
    assert not [trace for trace in TRACES if trace in after]
    return await Erasures(left.shop.database).get(erasure_id)


async def test_an_erasure_outlives_activities_that_fail_in_the_middle(
    left: Traces, temporal_dev_server: WorkflowEnvironment
) -> None:
    queue = f"test-{uuid4()}"
    stumbling = StumblingDatabase(left.shop.database, strides=(3, 8, 5, 20))
    async with a_worker(temporal_dev_server, queue, an_eraser(left, stumbling)):
        erasure = await ended(left, temporal_dev_server, await begun(left, temporal_dev_server, queue))

    assert stumbling.falls == 4
    assert erasure.state is ErasureState.DONE
    assert (erasure.erased["messages"], erasure.erased["files"]) == (3, 1)


class Stuck:
    """Begins to erase, and never comes back."""

    def __init__(self, eraser: Eraser) -> None:
        self._eraser = eraser
        self.is_stuck = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._eraser, name)

    async def erase_some(self, erasure_id: UUID) -> int:
        await self._eraser.erase_some(erasure_id)
        self.is_stuck.set()
        await asyncio.Event().wait()
        raise AssertionError


async def test_an_erasure_outlives_the_worker_that_began_it(
    left: Traces, temporal_dev_server: WorkflowEnvironment
) -> None:
    queue = f"test-{uuid4()}"
    eraser = an_eraser(left)
    stuck: Any = Stuck(eraser)
    async with a_worker(temporal_dev_server, queue, stuck):
        erasure_id = await begun(left, temporal_dev_server, queue)
        await stuck.is_stuck.wait()
    async with a_worker(temporal_dev_server, queue, eraser):
        erasure = await ended(left, temporal_dev_server, erasure_id)

    assert erasure.state is ErasureState.DONE
    assert erasure.erased["messages"] == 3
