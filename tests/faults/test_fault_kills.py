"""Everything is killed, alone and in pairs, while people write and the provider misbehaves."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.faults.conftest import Tell
from tests.faults.load import Script
from tests.faults.monkey import PAIRS, SERVERS, Monkey
from tests.faults.scale import IS_LONG, PATIENCE, scaled
from tests.faults.trial import a_trial
from tests.stack import Stack

pytestmark = pytest.mark.timeout(PATIENCE)

MISFORTUNES = {
    "duplicate_inbound": 0.2,
    "reorder_inbound": 0.1,
    "lost_inbound": 0.02,
    "rate_limited": 0.05,
    "server_error": scaled(1, 2) / 100,
    "answer_lost": scaled(1, 2) / 100,
    "early_callbacks": 0.2,
    "duplicate_callbacks": 0.2,
    "shuffle_callbacks": 0.2,
    "jitter_ms": 50,
}
"""Each is a provider's bad day. A lost answer keeps its conversation waiting for 45 seconds."""
ROUNDS: Sequence[Sequence[str]] = (
    ("worker", "temporal"),
    ("worker",),
    ("api",),
    ("postgres",),
    ("temporal",),
)
if IS_LONG:
    ROUNDS = (*((name,) for name in SERVERS), *PAIRS) * 3


async def test_inv1_inv2_inv3_nothing_is_lost_or_doubled_whatever_is_killed(
    battered: Stack, tell: Tell
) -> None:
    script = Script(
        label=2,
        customers=scaled(24, 500),
        messages=scaled(6, 20),
        replies=scaled(4, 6),
        pause=scaled(3, 25),
    )
    monkey = Monkey(battered, script.seed)
    async with a_trial(battered, script) as trial:
        async with trial.suffering(**MISFORTUNES), asyncio.TaskGroup() as everybody:
            everybody.create_task(trial.crowd.write())
            everybody.create_task(trial.desk.answer(script.phones, within=PATIENCE / 2))
            everybody.create_task(monkey.rampage(ROUNDS, pause=(0.5, scaled(3, 20))))
        report = await trial.report(settled_within=PATIENCE / 2)
    tell(*monkey.strikes, report)
    assert not report.violations, str(report)
    assert report.counts["messages acknowledged"], "nothing was acknowledged: there was no proof"
    assert report.counts["replies accepted"], "no reply was accepted: there was no proof"
