"""A deployment every few seconds: API and worker are restarted in turn while people write."""

import asyncio

import pytest

from tests.faults.conftest import Tell
from tests.faults.load import Script
from tests.faults.monkey import Monkey
from tests.faults.scale import PATIENCE, scaled
from tests.faults.trial import a_trial
from tests.stack import Stack

pytestmark = pytest.mark.timeout(PATIENCE)


async def test_inv1_inv2_inv3_rolling_restarts_cost_nothing(battered: Stack, tell: Tell) -> None:
    script = Script(
        label=5,
        customers=scaled(16, 100),
        messages=scaled(3, 20),
        replies=scaled(2, 10),
        pause=scaled(3, 6),
    )
    monkey = Monkey(battered, script.seed)
    async with a_trial(battered, script) as trial:
        async with (
            trial.suffering(duplicate_inbound=0.2),
            monkey.rolling(every=2),
            asyncio.TaskGroup() as everybody,
        ):
            everybody.create_task(trial.crowd.write())
            everybody.create_task(trial.desk.answer(script.addresses, within=PATIENCE / 2))
        report = await trial.report(settled_within=PATIENCE / 2)
    tell(*monkey.strikes, report)
    assert not report.violations, str(report)
    assert report.counts["messages acknowledged"], "nothing was acknowledged: there was no proof"
    assert report.counts["replies accepted"], "no reply was accepted: there was no proof"
    assert len(monkey.strikes) >= scaled(2, 20)
