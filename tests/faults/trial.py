"""One run of a script on a stack: its people, its faults, its settling down, its evidence."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx2
import psycopg
from temporalio.client import (
    Client,
    ScheduleActionExecutionStartWorkflow,
    ScheduleHandle,
    WorkflowFailureError,
)
from temporalio.service import RPCError

from runtime.schedules import RECONCILIATION
from tests.e2e.people import Agent
from tests.faults.checker import Report, check
from tests.faults.evidence import Evidence
from tests.faults.load import Crowd, Desk, Script, phones_of
from tests.faults.witnesses import Database, Provider, Workflows, named, temporal_of
from tests.stack import Stack

LOOK_EVERY: Final = 0.5
QUIET_LOOKS: Final = 3
"""How often in a row nothing may be under way before it is believed."""
ANSWER_WITHIN: Final = timedelta(seconds=10)
LOOKS: Final = 20
LOOK_WITHIN: Final = 120
_DOWN: Final = (httpx2.HTTPError, psycopg.Error, RPCError, RuntimeError)
"""What asking a server raises that is not quite back yet."""


class Trial:
    """Whoever runs it makes the load and the faults; it settles and reports."""

    def __init__(self, stack: Stack, script: Script, agent: Agent, phones: httpx2.AsyncClient) -> None:
        self.script = script
        self.crowd = Crowd(stack, script, phones)
        self.desk = Desk(agent, script)
        self.provider = Provider(stack, phones)
        self._phones = phones
        self.database = Database(stack)
        self._stack = stack

    @asynccontextmanager
    async def suffering(self, **faults: float) -> AsyncIterator[None]:
        """While the block runs, the provider has these faults, with the script's dice."""
        await self._set_faults(seed=self.script.seed, **faults)
        try:
            yield
        finally:
            await self._set_faults()

    async def report(self, *, settled_within: float) -> Report:
        """Let everything come to its end, and judge."""
        await self.settle(within=settled_within)
        return check(await self.evidence())

    async def reports(self, *, settled_within: float) -> dict[str, Report]:
        """The same, for each messenger by itself."""
        await self.settle(within=settled_within)
        evidence, people = await self.evidence(), self.script.people
        return {
            messenger.channel: check(
                evidence.of({person.address for person in people if person.messenger is messenger})
            )
            for messenger in self.script.messengers
        }

    async def settle(self, *, within: float) -> None:
        """Let everything come to its end, and look for lost webhooks."""
        deadline = time.monotonic() + within
        await self._until_quiet(deadline)
        await self._reconcile()
        await self._until_quiet(deadline)

    async def evidence(self) -> Evidence:
        """What the witnesses say now."""
        addresses = self.script.addresses
        client = await temporal_of(self._stack)
        conversations = await self.database.conversations(addresses)
        lines = await self.database.lines(addresses)
        return Evidence(
            utterances=await self.provider.utterances(self.script.people),
            replies=tuple(self.desk.replies),
            arrivals=named(await self.provider.arrivals(addresses), lines),
            lines=lines,
            conversations=await Workflows(client).behind(conversations),
        )

    async def _set_faults(self, **faults: float) -> None:
        (await self._phones.put("/control/faults", json=faults)).raise_for_status()

    async def _until_quiet(self, deadline: float) -> None:
        """Returns at the deadline too: what is still unfinished then is for the checker to name."""
        looks = 0
        while looks < QUIET_LOOKS and time.monotonic() < deadline:
            looks = looks + 1 if await self._is_quiet() else 0
            await asyncio.sleep(LOOK_EVERY)

    async def _is_quiet(self) -> bool:
        try:
            return not (await self.provider.under_way() or await self.database.unfinished())
        except _DOWN:
            return False

    async def _reconcile(self) -> None:
        """Until a look for lost webhooks, begun from now on, could ask everybody and found nothing."""
        for _ in range(LOOKS):
            try:
                if await _look_for_lost_webhooks(await temporal_of(self._stack)):
                    return
            except _DOWN:
                await asyncio.sleep(LOOK_EVERY)
        raise AssertionError("the provider could not be asked for what its webhooks lost")


@asynccontextmanager
async def a_trial(stack: Stack, script: Script) -> AsyncIterator[Trial]:
    """People ready to begin, and an eye on the provider's log."""
    async with phones_of(stack) as phones, Agent(stack) as agent:
        trial = Trial(stack, script, agent, phones)
        async with trial.provider.watched():
            yield trial


async def _look_for_lost_webhooks(client: Client) -> bool:
    schedule = client.get_schedule_handle(RECONCILIATION)
    asked_at = datetime.now(UTC)
    await schedule.trigger(rpc_timeout=ANSWER_WITHIN)
    run = await _run_since(schedule, asked_at)
    if run is None:
        return False
    try:
        async with asyncio.timeout(LOOK_WITHIN):
            found: dict[str, int | None] = await client.get_workflow_handle(run).result()
    except (WorkflowFailureError, TimeoutError):
        return False
    return all(number == 0 for number in found.values())


async def _run_since(schedule: ScheduleHandle, since: datetime) -> str | None:
    """The workflow that the schedule began; none when an earlier one was still running."""
    for _ in range(20):
        info = (await schedule.describe(rpc_timeout=ANSWER_WITHIN)).info
        begun = [each for each in info.recent_actions if each.started_at >= since]
        if begun:
            action = begun[-1].action
            assert isinstance(action, ScheduleActionExecutionStartWorkflow)
            return action.workflow_id
        await asyncio.sleep(LOOK_EVERY)
    return None
