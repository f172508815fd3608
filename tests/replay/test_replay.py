"""Every history ever recorded replays on today's code, and a change that breaks it is noticed."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from runtime.temporal import DATA_CONVERTER
from tests.replay.scenarios import SCENARIOS
from workflows import performing
from workflows.conversation import ConversationWorkflow
from workflows.sandbox import RUNNER

RECORDED = sorted((Path(__file__).parent / "histories").glob("*.json"))


def recorded(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(f"recorded/{file.stem}", file.read_text())


def replayer() -> Replayer:
    return Replayer(
        workflows=[ConversationWorkflow], data_converter=DATA_CONVERTER, workflow_runner=RUNNER
    )


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
async def test_inv11_a_recorded_history_replays(file: Path) -> None:
    await replayer().replay_workflow(recorded(file))


def test_every_scenario_has_been_recorded() -> None:
    assert {file.stem.rsplit("-", 1)[0] for file in RECORDED} == set(SCENARIOS)


async def test_a_change_that_running_conversations_could_not_follow_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(performing, "needs_projection", lambda effects: False)
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(recorded(RECORDED[0]))
