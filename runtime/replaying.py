"""Replays histories on this code, as a worker would: what breaks here would break in production."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

from google.protobuf.json_format import ParseError
from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter, DefaultFailureConverter
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError
from temporalio.worker import Replayer

from domain.errors import ConfigurationError, NotFound, Unavailable
from runtime.settings import Settings
from runtime.temporal import connect, data_converter
from workflows.conversation import ConversationWorkflow
from workflows.erasure import ErasureWorkflow
from workflows.housekeeping import HousekeepingWorkflow
from workflows.reconciliation import ReconciliationWorkflow
from workflows.sandbox import RUNNER

WORKFLOWS: Final = (
    ConversationWorkflow,
    ErasureWorkflow,
    HousekeepingWorkflow,
    ReconciliationWorkflow,
)
"""The same as a worker has; a test compares them."""

_CONVERSATIONS: Final = "WorkflowType = 'Conversation'"
_ANSWER_WITHIN: Final = timedelta(seconds=10)
_REPLAY_WITHIN: Final = 60  # seconds; the longest history that we allow replays in two
_LONGEST_FAULT: Final = 300  # characters
_MESSAGE: Final = re.compile(r'\bmessage: "((?:[^"\\]|\\.)+)"')
"""Where the SDK's account of a failed workflow task, a printed structure, says what went wrong."""


@dataclass(frozen=True)
class Replayed:
    """How one history did. `fault` is empty when this code follows it."""

    name: str
    fault: str = ""

    def __str__(self) -> str:
        return f"BROKEN {self.name}: {self.fault}" if self.fault else f"ok     {self.name}"


async def replayed(settings: Settings, folder: Path | None, newest: int) -> AsyncIterator[Replayed]:
    """Those of the folder, and the newest of Temporal's."""
    if folder is None and newest == 0:
        raise ConfigurationError("Name a folder of histories, or --namespace-histories N.")
    if folder is not None:
        keys = [key.get_secret_value() for key in settings.secret_keys]
        async for each in replay_folder(folder, data_converter(keys)):
            yield each
    if newest:
        async for each in replay_namespace(await connect(settings), newest):
            yield each


async def replay_folder(folder: Path, converter: DataConverter) -> AsyncIterator[Replayed]:
    """Each `*.json`, as the Temporal command line, its UI or `make histories` wrote it.

    Raises NotFound when there is none: a check of nothing must not look like a success.
    """
    files = await asyncio.to_thread(lambda: sorted(folder.glob("*.json")))
    if not files:
        raise NotFound(f"There is no history (*.json) in {folder}.")
    for file in files:
        yield await _replay_file(file, converter)


async def replay_namespace(client: Client, most: int) -> AsyncIterator[Replayed]:
    """The newest runs of conversations that Temporal knows, finished ones too. Raises Unavailable."""
    try:
        listed = client.list_workflows(_CONVERSATIONS, limit=most, rpc_timeout=_ANSWER_WITHIN)
        async for run in listed:
            handle = client.get_workflow_handle(run.id, run_id=run.run_id)
            history = await handle.fetch_history(rpc_timeout=_ANSWER_WITHIN)
            yield await _replay(f"{run.id} {run.run_id}", history, client.data_converter)
    except RPCError as error:
        raise Unavailable(f"Temporal does not tell its histories: {error.message}.") from error


async def _replay_file(file: Path, converter: DataConverter) -> Replayed:
    try:
        history = _read(file.stem, await asyncio.to_thread(file.read_text, encoding="utf-8"))
    except (ValueError, KeyError, TypeError, AttributeError, ParseError) as error:
        return Replayed(file.name, f"it is not an exported history: {_in_short(error)}")
    return await _replay(file.name, history, converter)


def _read(name: str, text: str) -> WorkflowHistory:
    history = WorkflowHistory.from_json(name, text)
    started = history.events[0].workflow_execution_started_event_attributes if history.events else None
    # The SDK does not survive a history without its beginning: it would wait for ever.
    if started is None or not started.original_execution_run_id:
        raise ValueError("its first event is not the start of a workflow")
    return history


async def _replay(name: str, history: WorkflowHistory, converter: DataConverter) -> Replayed:
    # New errors stay in this process, so they need not be encrypted; old ones are still decrypted.
    readable = replace(converter, failure_converter_class=DefaultFailureConverter)
    replayer = Replayer(
        workflows=WORKFLOWS, data_converter=readable, workflow_runner=RUNNER, runtime=_quiet()
    )
    try:
        async with asyncio.timeout(_REPLAY_WITHIN):
            await replayer.replay_workflow(history)
    except TimeoutError:
        return Replayed(name, f"it did not replay within {_REPLAY_WITHIN} seconds")
    except Exception as error:  # noqa: BLE001 - whatever it is, this history does not replay
        return Replayed(name, _in_short(error))
    return Replayed(name)


@cache
def _quiet() -> Runtime:
    """The SDK writes to stdout what it makes of a failure, between our lines; they say it, too."""
    return Runtime(telemetry=TelemetryConfig(logging=None))


def _in_short(error: BaseException) -> str:
    told = _MESSAGE.search(str(error))
    text = told[1] if told else str(error)
    return f"{type(error).__name__}: {' '.join(text.split())}"[:_LONGEST_FAULT]
