"""Everything is killed, alone and in pairs, while people write and the providers misbehave."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.faults.checker import check
from tests.faults.conftest import Tell
from tests.faults.doubts import doubtful, lose_answers, misjudged
from tests.faults.load import Script
from tests.faults.messengers import EVERY_ONE, Messenger
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
    "keyed_answer_lost": 0.2,
    "early_callbacks": 0.2,
    "duplicate_callbacks": 0.2,
    "shuffle_callbacks": 0.2,
    "jitter_ms": 50,
}
"""Each is a provider's bad day. A lost answer keeps a conversation waiting for 45 seconds, unless a key
makes repeating safe."""
ROUNDS: Sequence[Sequence[str]] = (
    ("worker", "temporal"),
    ("worker",),
    ("api",),
    ("postgres",),
    ("temporal",),
)
if IS_LONG:
    ROUNDS = (*((name,) for name in SERVERS), *PAIRS) * 3


@dataclass(frozen=True)
class Run:
    """Who writes, and the digits that tell runs on one stack apart."""

    label: int
    doubts: int
    customers: int
    messengers: tuple[Messenger, ...]

    def script(self) -> Script:
        """Who writes how much."""
        return Script(
            label=self.label,
            messengers=self.messengers,
            customers=self.customers,
            messages=scaled(6, 20),
            replies=6,
            pause=scaled(3, 25),
        )


RUNS = {"all_at_once": Run(2, 8, scaled(8, 125), EVERY_ONE)}
if IS_LONG:
    RUNS |= {each.channel: Run(6, 9 + n, 500, (each,)) for n, each in enumerate(EVERY_ONE)}


@pytest.mark.parametrize("name", RUNS)
async def test_inv1_inv2_inv3_nothing_is_lost_or_doubled_whatever_is_killed(
    battered: Stack, tell: Tell, name: str
) -> None:
    script = RUNS[name].script()
    in_doubt = doubtful(RUNS[name].doubts)
    monkey = Monkey(battered, script.seed)
    async with a_trial(battered, script) as trial, a_trial(battered, in_doubt) as doubts:
        await lose_answers(doubts)  # they are settled 45 s later, in the middle of all this
        async with trial.suffering(**MISFORTUNES), asyncio.TaskGroup() as everybody:
            everybody.create_task(trial.crowd.write())
            everybody.create_task(trial.desk.answer(script.addresses, within=PATIENCE / 2))
            everybody.create_task(monkey.rampage(ROUNDS, pause=(0.5, scaled(3, 20))))
        reports = await trial.reports(settled_within=PATIENCE / 2)
        settled = await doubts.evidence()
    tell(*monkey.strikes)
    assert not list(misjudged(settled))
    for channel, report in {**reports, "in doubt": check(settled)}.items():
        tell(channel, report)
        assert not report.violations, f"{channel}\n{report}"
        assert report.counts["messages acknowledged"], "nothing was acknowledged: there was no proof"
        assert report.counts["replies accepted"], "no reply was accepted: there was no proof"
