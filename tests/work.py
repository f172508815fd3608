"""A small world for the distribution of work: one queue, one workstream, one moment."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.capacity import Standing
from domain.channels import ChannelName
from domain.distribution import AssignmentMethod, WorkSettings
from domain.ids import new_id
from domain.presences import BasePresence
from domain.work import Candidate, Desk, Membership, Refusals, WorkItem, WorkQueue
from routing.assignment import Assignment, Look

QUEUE, STREAM = new_id(), new_id()
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def an_item(**override: Any) -> WorkItem:
    """It has waited for ten seconds."""
    values: dict[str, Any] = {
        "conversation_id": new_id(),
        "queue_id": QUEUE,
        "workstream_id": STREAM,
        "channel": ChannelName.WHATSAPP,
        "waiting_since": ago(seconds=10),
    }
    values |= {"queued_at": override.get("waiting_since", values["waiting_since"])}
    return WorkItem.model_validate(values | override)


def a_candidate(**override: Any) -> Candidate:
    """Available, with a hundred units, and nothing to do."""
    agent_id = new_id()
    own = {name: override.pop(name) for name in tuple(override) if name in Standing.model_fields}
    values: dict[str, Any] = {
        "agent_id": agent_id,
        "presence": BasePresence.AVAILABLE,
        "standing": Standing.model_validate({"agent_id": agent_id, "capacity_units": 100} | own),
        "memberships": {QUEUE: Membership(added_at=ago(days=1))},
    }
    return Candidate.model_validate(values | override)


def having(agent: Candidate, **changed: Any) -> Candidate:
    """The same agent with something else to do."""
    return agent.model_copy(update={"standing": agent.standing.model_copy(update=changed)})


def a_queue(**override: Any) -> WorkQueue:
    return WorkQueue.model_validate({"queue_id": QUEUE, "priority": 100} | override)


def a_desk(
    items: list[WorkItem],
    candidates: list[Candidate],
    *,
    queues: tuple[WorkQueue, ...] = (),
    method: AssignmentMethod = AssignmentMethod.HIGHEST_CAPACITY,
    skills: Collection[str] = (),
    **work: Any,
) -> Desk:
    queues = queues or (a_queue(method=method),)
    return Desk(
        queues={queue.queue_id: queue for queue in queues},
        work={STREAM: WorkSettings(**work)},
        items=tuple(items),
        candidates=tuple(candidates),
        skills=frozenset(skills),
        most_refusals=3,
    )


def looks(desk: Desk) -> list[Look]:
    return list(Assignment(desk, NOW).looks())


def given(desk: Desk) -> list[tuple[UUID, UUID]]:
    """Which conversation goes to whom first, in the order of the decisions."""
    return [
        (look.item.conversation_id, look.choices[0].contender.agent.agent_id)
        for look in Assignment(desk, NOW).looks()
        if look.choices
    ]


def asked(item: WorkItem, desk: Desk) -> list[UUID]:
    """Whom one conversation is offered to, the first one first."""
    look = Assignment(desk, NOW).look(item)
    return [choice.contender.agent.agent_id for choice in look.choices]


def refused(agent: Candidate, times: int = 1, **time: float) -> Refusals:
    return Refusals(agent_id=agent.agent_id, times=times, last_at=ago(**(time or {"minutes": 1})))
