"""Everything that is known of one conversation, from PostgreSQL and from Temporal."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import ConfigurationError
from domain.ids import ConversationId
from domain.views import MessageView
from runtime.settings import Settings
from runtime.temporal import connect
from runtime.timeline.entries import Entry, Timeline, in_order
from runtime.timeline.history import HistoryReader
from runtime.timeline.payloads import Decoder
from runtime.timeline.routing import decisions_of, looks_of
from runtime.timeline.transcript import entries_of
from storage.assignment_decisions import AssignmentDecisions
from storage.conversations import Conversations
from storage.database import Database, open_database
from storage.messages import Messages
from storage.paging import LARGEST_PAGE
from storage.routing_decisions import RoutingDecisions
from workflows.client import workflow_id

_ANSWER_WITHIN: Final = timedelta(seconds=10)
_MOST_RUNS: Final = 200
_MOST_PAGES: Final = 200
_FORGOTTEN: Final = "Temporal keeps no history of this conversation (any more): its part is missing."
_SILENT: Final = "Temporal does not answer: its part is missing."
_LOCKED: Final = "HOLDFAST_SECRET_KEYS lacks the key of a part of Temporal's history: it is missing."


async def timeline_of(settings: Settings, conversation_id: ConversationId) -> Timeline:
    """The whole timeline. Raises NotFound when there is no such conversation."""
    async with open_database(settings.database_url.get_secret_value(), max_size=2) as database:
        view = await Conversations(database).get(conversation_id)
        lines = await _transcript(database, conversation_id)
        decisions, _ = await RoutingDecisions(database).listing(conversation_id, None, LARGEST_PAGE)
        looks, _ = await AssignmentDecisions(database).listing(conversation_id, None, LARGEST_PAGE)
        entries = [*entries_of(lines), *decisions_of(decisions, lines), *looks_of(looks)]
    client = await connect(settings, lazy=True)
    told, notices = await _temporals_part(client, workflow_id(conversation_id, view.channel))
    return Timeline(
        conversation_id=conversation_id,
        state=view.state,
        notices=notices,
        entries=in_order([*entries, *told]),
    )


async def history_of(client: Client, workflow: str) -> list[Entry]:
    """All runs of one workflow, the oldest first. Raises RPCError or ConfigurationError."""
    return [
        entry
        for run_id in await _runs(client, workflow)
        for entry in await _run(client.get_workflow_handle(workflow, run_id=run_id), client)
    ]


async def _temporals_part(client: Client, workflow: str) -> tuple[Iterable[Entry], tuple[str, ...]]:
    try:
        runs = [await _readable(client, workflow, run_id) for run_id in await _runs(client, workflow)]
    except RPCError as error:
        is_forgotten = error.status is RPCStatusCode.NOT_FOUND
        return (), (_FORGOTTEN if is_forgotten else _SILENT,)
    except RuntimeError:  # what the client says when it cannot connect at all
        return (), (_SILENT,)
    entries = [entry for run in runs for entry in run or ()]
    return entries, (_LOCKED,) if None in runs else ()


async def _readable(client: Client, workflow: str, run_id: str) -> list[Entry] | None:
    """One run; None when its key is missing."""
    try:
        return await _run(client.get_workflow_handle(workflow, run_id=run_id), client)
    except ConfigurationError:
        return None


async def _transcript(database: Database, conversation_id: ConversationId) -> list[MessageView]:
    lines: list[MessageView] = []
    for _ in range(_MOST_PAGES):
        after = lines[-1].seq if lines else 0
        page = await Messages(database).transcript(conversation_id, after, LARGEST_PAGE)
        lines += page
        if len(page) < LARGEST_PAGE:
            break
    return lines


async def _runs(client: Client, workflow: str) -> list[str]:
    """Visibility may be a moment late, so the present run is asked for by itself."""
    handle = client.get_workflow_handle(workflow)
    present = await handle.describe(rpc_timeout=_ANSWER_WITHIN)
    listed = client.list_workflows(
        f"WorkflowId = '{workflow}'", limit=_MOST_RUNS, rpc_timeout=_ANSWER_WITHIN
    )
    begun = {run.run_id: run.start_time async for run in listed}
    begun[present.run_id] = present.start_time
    return sorted(begun, key=lambda run_id: begun[run_id])


async def _run(handle: WorkflowHandle[object, object], client: Client) -> list[Entry]:
    reader = HistoryReader(Decoder(client.data_converter))
    history = await handle.fetch_history(rpc_timeout=_ANSWER_WITHIN)
    entries = await reader.read(history.events)
    described = await handle.describe(rpc_timeout=_ANSWER_WITHIN)
    pending = described.raw_description.pending_activities
    return [*entries, *[await reader.pending(each) for each in pending]]
