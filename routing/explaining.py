"""What was found for a conversation, in words for agents, supervisors and operators."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from heapq import nsmallest
from typing import Final

from domain.assignments import CONSIDERED_KEPT, Considered, Explanation, Merit, Obstacle
from domain.distribution import AssignmentMethod
from routing.assignment import Choice, Look
from routing.contender import Contender
from routing.requirements import Requirements

# Who could do it if only there were room comes before whoever can do something else.
_CLOSEST_FIRST: Final = (
    Obstacle.KEPT,
    Obstacle.CAPACITY,
    Obstacle.SESSIONS,
    Obstacle.BLOCKED,
    Obstacle.PRESENCE,
    Obstacle.DECLINED_LATELY,
    Obstacle.DECLINED,
    Obstacle.SKILLS,
    Obstacle.RULES,
)
_NEARNESS: Final = {obstacle: at for at, obstacle in enumerate(_CLOSEST_FIRST)}


def explanation(look: Look, method: AssignmentMethod, now: datetime) -> Explanation:
    """Put it into words before the next look: capacity is counted as it is now."""
    considered = list(_considered(look))
    return Explanation(
        queue_id=look.item.queue_id,
        method=method,
        rule=look.needs.rule,
        waited_seconds=max(int((now - look.item.queued_at).total_seconds()), 0),
        considered=tuple(considered),
        others=max(look.looked_at - len(considered), 0),
    )


def _considered(look: Look) -> Iterator[Considered]:
    room = CONSIDERED_KEPT
    for place, choice in enumerate(look.choices[:room], start=1):
        yield Considered(
            agent_id=choice.contender.agent.agent_id,
            place=place,
            merit=choice.merit,
            why=_merit(choice, look.needs),
        )
    chosen = {choice.contender for choice in look.choices}
    unsuitable = (each for each in look.obstacles.items() if each[0] not in chosen)
    for contender, obstacle in nsmallest(room - len(look.choices), unsuitable, key=_near):
        why = _WHY_NOT[obstacle](contender, look.needs)
        yield Considered(agent_id=contender.agent.agent_id, obstacle=obstacle, why=why)


def _near(found: tuple[Contender, Obstacle]) -> tuple[int, int]:
    return _NEARNESS[found[1]], found[0].number


def _merit(choice: Choice, needs: Requirements) -> str:
    if choice.merit is Merit.LAST_AGENT:
        return "Had this conversation before, and is asked first whatever else they have to do."
    has = f"{_conversations(choice.contender)}, {_left(choice.contender, needs)}"
    if choice.merit is Merit.PREFERRED:
        return f"The customer knows them; has {has}."
    short = _short(choice.contender, needs)
    return f"Has {has}; {short}." if short else f"Has {has}."


def _conversations(contender: Contender) -> str:
    number = contender.standing.sessions
    return "1 conversation" if number == 1 else f"{number} conversations"


def _left(contender: Contender, needs: Requirements) -> str:
    if needs.demand.profile_ids:
        return f"{contender.room(needs.demand):.0f} places left"
    limit = contender.standing.capacity_units
    if limit is None:
        return "no limit in units"
    return f"{contender.room(needs.demand):.0f} of {limit} units left"


def _short(contender: Contender, needs: Requirements) -> str:
    known = contender.agent.skills
    return ", ".join(
        f"{name} {known.get(name, 0)} of {level}"
        for name, level in (*needs.must, *needs.skills)
        if known.get(name, 0) < level
    )


def _no_capacity(contender: Contender, needs: Requirements) -> str:
    if not needs.demand.profile_ids:
        return f"No capacity: {_left(contender, needs)}, and it takes {needs.demand.units}."
    if any(profile_id not in contender.standing.profiles for profile_id in needs.demand.profile_ids):
        return "No capacity: does not have the capacity profile that it takes."
    return "No capacity: their capacity profile is used up."


def _refused(contender: Contender, needs: Requirements) -> str:
    refusals = needs.refusals.get(contender.agent.agent_id)
    times = refusals.times if refusals else 0
    if times:
        return f"Declined or missed it {'once' if times == 1 else f'{times} times'}."
    return "So many others declined or missed it that it is not offered any more."


_WHY_NOT: Final[Mapping[Obstacle, Callable[[Contender, Requirements], str]]] = {
    Obstacle.SKILLS: lambda contender, needs: f"Wrong skills: {_short(contender, needs)}.",
    Obstacle.DECLINED: _refused,
    Obstacle.DECLINED_LATELY: lambda contender, needs: f"{_refused(contender, needs)[:-1]} just now.",
    Obstacle.PRESENCE: lambda contender, _: f"Is {contender.presence.replace('_', ' ')}.",
    Obstacle.SESSIONS: lambda contender, _: f"Has {_conversations(contender)}, the most there may be.",
    Obstacle.BLOCKED: lambda _, __: "A capacity profile of theirs is used up and keeps all work away.",
    Obstacle.CAPACITY: _no_capacity,
    Obstacle.RULES: lambda _, __: "No rule of the queue's own order is about this conversation.",
    Obstacle.KEPT: lambda _, __: "Kept free for somebody who has waited longer and needs more room.",
}
