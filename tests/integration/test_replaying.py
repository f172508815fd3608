"""`./holdfast replay`: what this code can follow, and what it says of the rest."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

import worker
from domain import commands
from domain.errors import ConfigurationError, NotFound, Unavailable
from runtime import replaying
from runtime.keyring import new_key
from runtime.settings import Settings
from runtime.temporal import connect
from tests.stack import ROOT
from tests.workflows.story import telling

RECORDED = ROOT / "tests" / "replay" / "histories"


@pytest.fixture
def settings(temporal_dev_server: WorkflowEnvironment) -> Settings:
    """Keys of this test's own, on the session's Temporal server."""
    return Settings(
        temporal_address=temporal_dev_server.client.service_client.config.target_host,
        secret_keys=(SecretStr(new_key()),),
    )


async def faults(settings: Settings, folder: Path | None, newest: int = 0) -> dict[str, str]:
    return {each.name: each.fault async for each in replaying.replayed(settings, folder, newest)}


async def run_command(folder: Path, data_dir: Path) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(ROOT / "holdfast", "replay", folder),
        env={"PATH": "/usr/bin:/bin", "HOLDFAST_DATA_DIR": str(data_dir)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


def tampered(folder: Path) -> Path:
    """A recorded history in which another activity was called than this code calls."""
    text = (RECORDED / "answered-0.1.0.json").read_text()
    assert '"name": "deliver_message"' in text
    (folder / "tampered.json").write_text(text.replace('"name": "deliver_message"', '"name": "other"'))
    return folder


async def test_recorded_histories_replay(tmp_path: Path) -> None:
    status, output = await run_command(RECORDED, tmp_path)
    recorded = sorted(file.name for file in RECORDED.glob("*.json"))
    assert status == 0, output
    assert output.splitlines() == [
        *(f"ok     {name}" for name in recorded),
        f"{len(recorded)} histories, 0 broken",
    ]


async def test_a_tampered_history_fails_and_says_why(tmp_path: Path) -> None:
    status, output = await run_command(tampered(tmp_path), tmp_path / "data")
    assert status == 1
    [told, total] = output.splitlines()
    assert told.startswith("BROKEN tampered.json: NondeterminismError")
    assert "'other' does not match activity type of activity command 'deliver_message'" in told
    assert total == "1 histories, 1 broken"


@pytest.mark.parametrize(
    "text", ["no json", "{}", "[]", '{"events": []}', '{"events": [{"eventId": "1"}]}']
)
async def test_what_is_no_history_is_named_and_the_next_is_replayed(
    settings: Settings, tmp_path: Path, text: str
) -> None:
    (tmp_path / "a.json").write_text(text)
    (tmp_path / "b.json").write_bytes((RECORDED / "answered-0.1.0.json").read_bytes())
    found = await faults(settings, tmp_path)
    assert "is not an exported history" in found["a.json"]
    assert found["b.json"] == ""


async def test_a_check_of_nothing_is_no_success(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await faults(settings, tmp_path)
    with pytest.raises(ConfigurationError):
        await faults(settings, None)


async def test_the_namespaces_newest_conversations_replay_with_the_key_only(
    settings: Settings, temporal_dev_server: WorkflowEnvironment
) -> None:
    client = await connect(settings)
    name = await converse(client, temporal_dev_server)
    assert await fault_of(settings, name) == ""
    without_it = settings.model_copy(update={"secret_keys": (SecretStr(new_key()),)})
    assert "HOLDFAST_SECRET_KEYS" in await fault_of(without_it, name)


async def test_a_temporal_that_is_down_is_said() -> None:
    nobody = Settings(temporal_address="127.0.0.1:9", secret_keys=(SecretStr(new_key()),))
    with pytest.raises(Unavailable):
        await faults(nobody, None, 1)


async def test_a_worker_has_the_same_workflows(settings: Settings) -> None:
    client = await connect(settings)
    built = await worker.build(client, settings, [])
    assert tuple(built.config()["workflows"]) == replaying.WORKFLOWS


async def converse(client: Client, environment: WorkflowEnvironment) -> str:
    """One conversation, picked and force-closed; returns its workflow's id."""
    async with telling(environment, client, opened_at=datetime.now(UTC)) as story:
        await story.customer_writes()
        await story.order(commands.Pick)
        await story.order(commands.ForceClose, as_supervisor=True)
        await story.handle.result()
        return story.handle.id


async def fault_of(settings: Settings, workflow_id: str) -> str:
    """Of the newest run with this id; visibility may be a moment late."""
    async with asyncio.timeout(30):
        while True:
            for name, fault in (await faults(settings, None, 1)).items():
                if name.startswith(workflow_id):
                    return fault
            await asyncio.sleep(0.1)
