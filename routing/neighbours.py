"""Which queues are decided about together: those that count on the same people."""

from collections.abc import Iterable, Sequence

from domain.ids import AgentId
from domain.work import WorkQueue


def neighbourhoods(queues: Iterable[WorkQueue]) -> list[list[WorkQueue]]:
    """Queues that share members, directly or through others; the most urgent queue's come first.

    Only together can they be served in the order of their priorities. Apart they cannot disturb
    each other, so that they may be decided about at the same time.
    """
    found: list[tuple[set[AgentId], list[WorkQueue]]] = []
    for queue in queues:
        members, together = set(queue.member_ids), [queue]
        apart = []
        for each in found:
            if members.isdisjoint(each[0]):
                apart.append(each)
            else:
                members |= each[0]
                together = [*each[1], *together]
        found = [*apart, (members, together)]
    return sorted((together for _, together in found), key=_urgency)


def _urgency(queues: Sequence[WorkQueue]) -> tuple[int, str]:
    return min((queue.priority, str(queue.queue_id)) for queue in queues)
