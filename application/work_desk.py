"""What was read of work and agents, put together for a decision."""

from collections.abc import Iterable, Iterator

from domain.work import Candidate, Desk, WorkQueue
from routing.presences import presence_of
from storage.work import Read


def desk_of(read: Read, queues: Iterable[WorkQueue], most_refusals: int) -> Desk:
    """Everything a decision over these queues depends on."""
    return Desk(
        queues={queue.queue_id: queue for queue in queues},
        work=read.work,
        # A conversation may have gone to another kind of work since.
        items=tuple(item for item in read.items if item.workstream_id in read.work),
        candidates=tuple(_candidates(read)),
        skills=frozenset(name.casefold() for name in read.skills),
        most_refusals=most_refusals,
    )


def _candidates(read: Read) -> Iterator[Candidate]:
    """Whoever was removed between two statements is left out."""
    for colleague in read.colleagues:
        attendance = read.attendances.get(colleague.agent_id)
        standing = read.standings.get(colleague.agent_id)
        if attendance is not None and standing is not None:
            yield Candidate(
                agent_id=colleague.agent_id,
                presence=presence_of(attendance).base,
                standing=standing,
                skills={name.casefold(): level for name, level in colleague.skills.items()},
                freed_at=colleague.freed_at,
                memberships=colleague.memberships,
            )
