"""Temporal's history of one run, as entries of a timeline."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import PendingActivityInfo

from runtime.timeline.entries import Entry, Kind, Source
from runtime.timeline.payloads import Decoder, facts_of, id_in, searchable
from workflows import search_attributes

_ABOUT_A_MESSAGE: Final = ("deliver_message", "give_up_delivery", "copy_media", "give_up_media")
_ENDS: Final = {
    "workflow_execution_completed": "completed",
    "workflow_execution_continued_as_new": "continued as new",
    "workflow_execution_failed": "failed",
    "workflow_execution_canceled": "cancelled",
    "workflow_execution_terminated": "terminated",
    "workflow_execution_timed_out": "timed out",
}
_SUFFIX: Final = "_event_attributes"
Told: TypeAlias = Any
"""The attributes of an event: of another class for each type of event."""
Reading: TypeAlias = Callable[[HistoryEvent, Told], Awaitable[list[Entry]]]


class HistoryReader:
    """Reads one run. It remembers what began, so that an end can tell what ended."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._begun: dict[int, Entry] = {}
        self._readings: dict[str, Reading] = {
            "workflow_execution_started": self._started,
            "workflow_execution_signaled": self._signaled,
            "workflow_execution_update_accepted": self._update_accepted,
            "workflow_execution_update_completed": self._update_completed,
            "timer_started": self._timer_started,
            "timer_fired": self._timer_ended("fired"),
            "timer_canceled": self._timer_ended("cancelled"),
            "activity_task_scheduled": self._activity_scheduled,
            "activity_task_started": self._activity_started,
            "activity_task_completed": self._activity_completed,
            "activity_task_failed": self._activity_ended("failed"),
            "activity_task_timed_out": self._activity_ended("timed out"),
            "activity_task_canceled": self._activity_ended("cancelled"),
            "upsert_workflow_search_attributes": self._attributes,
            "workflow_task_failed": self._task_failed,
        }

    async def read(self, events: Iterable[HistoryEvent]) -> list[Entry]:
        """The events that tell something, in their order."""
        return [entry for event in events for entry in await self._read(event)]

    async def pending(self, activity: PendingActivityInfo) -> Entry:
        """An activity under way: its attempts are not in the history yet."""
        begun = next(
            (each for each in self._begun.values() if each.facts.get("id") == activity.activity_id),
            None,
        )
        facts, text = {"attempt": str(activity.attempt)}, None
        if activity.HasField("last_failure"):
            facts["last error"], text = await self._decoder.failure(activity.last_failure)
        started = activity.last_started_time
        return Entry(
            at=_time(started if started.seconds else activity.scheduled_time),
            source=Source.TEMPORAL,
            kind=Kind.ACTIVITY,
            name=activity.activity_type.name,
            status="under way",
            message_id=begun.message_id if begun else None,
            facts=facts,
            text=text,
        )

    async def _read(self, event: HistoryEvent) -> list[Entry]:
        name = event.WhichOneof("attributes") or ""
        subject, told = name.removesuffix(_SUFFIX), getattr(event, name, None)
        if subject in _ENDS:
            return [_entry(event, Kind.RUN, "run", _ENDS[subject])]
        reading = self._readings.get(subject)
        return await reading(event, told) if reading else []

    # -- the run and what it is told ------------------------------------------------------------

    async def _started(self, event: HistoryEvent, told: Told) -> list[Entry]:
        status = "continues" if told.continued_execution_run_id else "started"
        return [_entry(event, Kind.RUN, "run", status), *_state(event, told)]

    async def _signaled(self, event: HistoryEvent, told: Told) -> list[Entry]:
        batch = await self._decoder.first(told.input)
        items = batch.get("items", ()) if isinstance(batch, dict) else ()
        return [
            _entry(
                event,
                Kind.MAIL,
                str(item.get("kind")),
                "received",
                message_id=id_in(item),
                facts=facts_of(item, ("position", "has_media")),
            )
            for item in items
        ]

    async def _update_accepted(self, event: HistoryEvent, told: Told) -> list[Entry]:
        asked = told.accepted_request.input
        command = await self._decoder.first(asked.args)
        facts = facts_of(command, ("agent_id", "as_supervisor", "is_template"))
        about = id_in(command)
        return [self._begin(event, Kind.COMMAND, asked.name, "accepted", about=about, facts=facts)]

    async def _update_completed(self, event: HistoryEvent, told: Told) -> list[Entry]:
        if not told.outcome.HasField("failure"):
            return [self._end(event, told.accepted_event_id, "done")]
        why, text = await self._decoder.failure(told.outcome.failure)
        return [self._end(event, told.accepted_event_id, "refused", {"error": why}, text)]

    async def _attributes(self, event: HistoryEvent, told: Told) -> list[Entry]:
        return _state(event, told)

    async def _task_failed(self, event: HistoryEvent, told: Told) -> list[Entry]:
        why, text = await self._decoder.failure(told.failure)
        cause = WorkflowTaskFailedCause.Name(told.cause).removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")
        return [
            _entry(event, Kind.TROUBLE, "workflow task", cause.lower(), facts={"error": why}, text=text)
        ]

    # -- timers ---------------------------------------------------------------------------------

    async def _timer_started(self, event: HistoryEvent, told: Told) -> list[Entry]:
        name = await self._decoder.summary(event.user_metadata.summary) or "timer"
        due = _time(event.event_time) + told.start_to_fire_timeout.ToTimedelta()
        return [self._begin(event, Kind.TIMER, name, "set", facts={"due": due.isoformat()})]

    def _timer_ended(self, status: str) -> Reading:
        async def read(event: HistoryEvent, told: Told) -> list[Entry]:
            return [self._end(event, told.started_event_id, status)]

        return read

    # -- activities -----------------------------------------------------------------------------

    async def _activity_scheduled(self, event: HistoryEvent, told: Told) -> list[Entry]:
        name = told.activity_type.name
        about = id_in(await self._decoder.first(told.input)) if name in _ABOUT_A_MESSAGE else None
        facts = {"id": told.activity_id}
        return [self._begin(event, Kind.ACTIVITY, name, "scheduled", about=about, facts=facts)]

    async def _activity_started(self, _event: HistoryEvent, told: Told) -> list[Entry]:
        """Written when the activity ends: only then is it known which attempt that was."""
        facts, text = {"attempt": str(told.attempt)}, None
        if told.HasField("last_failure"):
            facts["last error"], text = await self._decoder.failure(told.last_failure)
        begun = self._begun[told.scheduled_event_id]
        self._begun[told.scheduled_event_id] = begun.model_copy(
            update={"facts": {**begun.facts, **facts}, "text": text}
        )
        return []

    async def _activity_completed(self, event: HistoryEvent, told: Told) -> list[Entry]:
        result = await self._decoder.first(told.result)
        facts = {"closed": str(result).lower()} if isinstance(result, bool) else {}
        facts |= facts_of(result, ("status", "code"))
        return [self._end(event, told.scheduled_event_id, "completed", facts)]

    def _activity_ended(self, status: str) -> Reading:
        async def read(event: HistoryEvent, told: Told) -> list[Entry]:
            if status == "cancelled":
                return [self._end(event, told.scheduled_event_id, status)]
            why, text = await self._decoder.failure(told.failure)
            return [self._end(event, told.scheduled_event_id, status, {"error": why}, text)]

        return read

    # -- beginnings and ends --------------------------------------------------------------------

    def _begin(
        self,
        event: HistoryEvent,
        kind: Kind,
        name: str,
        status: str,
        *,
        about: UUID | None = None,
        facts: dict[str, str] | None = None,
    ) -> Entry:
        entry = _entry(event, kind, name, status, message_id=about, facts=facts)
        self._begun[event.event_id] = entry
        return entry

    def _end(
        self,
        event: HistoryEvent,
        begun: int,
        status: str,
        facts: dict[str, str] | None = None,
        text: str | None = None,
    ) -> Entry:
        entry = self._begun[begun]
        told = {"facts": {**entry.facts, **(facts or {})}, "text": text or entry.text}
        return entry.model_copy(update={"at": _time(event.event_time), "status": status, **told})


def _entry(event: HistoryEvent, kind: Kind, name: str, status: str, **more: Any) -> Entry:  # noqa: ANN401
    known = {key: value for key, value in more.items() if value is not None}
    at = _time(event.event_time)
    return Entry(at=at, source=Source.TEMPORAL, kind=kind, name=name, status=status, **known)


def _state(event: HistoryEvent, told: Told) -> list[Entry]:
    fields = told.search_attributes.indexed_fields
    if search_attributes.STATE.name not in fields:
        return []
    agent = fields.get(search_attributes.AGENT.name)
    named = searchable(agent) if agent is not None else None
    state = searchable(fields[search_attributes.STATE.name]) or ""
    return [_entry(event, Kind.STATE, "conversation", state, facts={"agent": named} if named else None)]


def _time(stamp: Timestamp) -> datetime:
    return datetime.fromtimestamp(stamp.seconds, UTC) + timedelta(microseconds=stamp.nanos // 1000)
