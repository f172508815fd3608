"""What was found for a conversation, in words for agents, supervisors and operators."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from domain.assignments import CONSIDERED_KEPT, Considered, Explanation, Merit, Obstacle
from domain.distribution import AssignmentMethod
from routing.assignment import Choice, Look
from routing.demand import Demand
from routing.standing import Standing

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
        rule=look.demand.rule,
        waited_seconds=max(int((now - look.item.waiting_since).total_seconds()), 0),
        considered=tuple(considered),
        others=len(look.choices) + len(look.obstacles) - len(considered),
    )


def _considered(look: Look) -> Iterator[Considered]:
    room = CONSIDERED_KEPT
    for place, choice in enumerate(look.choices[:room], start=1):
        yield Considered(
            agent_id=choice.standing.agent.agent_id,
            place=place,
            merit=choice.merit,
            why=_merit(choice, look.demand),
        )
    room -= min(len(look.choices), room)
    for standing, obstacle in sorted(look.obstacles, key=_near)[:room]:
        why = _WHY_NOT[obstacle](standing, look.demand)
        yield Considered(agent_id=standing.agent.agent_id, obstacle=obstacle, why=why)


def _near(found: tuple[Standing, Obstacle]) -> tuple[int, object]:
    return _NEARNESS[found[1]], found[0].agent.agent_id


def _merit(choice: Choice, demand: Demand) -> str:
    if choice.merit is Merit.LAST_AGENT:
        return "Had this conversation before, and is asked first whatever else they have to do."
    has = f"{_conversations(choice.standing)}, {_left(choice.standing, demand)}"
    if choice.merit is Merit.PREFERRED:
        return f"The customer knows them; has {has}."
    short = _short(choice.standing, demand)
    return f"Has {has}; {short}." if short else f"Has {has}."


def _conversations(standing: Standing) -> str:
    return "1 conversation" if standing.sessions == 1 else f"{standing.sessions} conversations"


def _left(standing: Standing, demand: Demand) -> str:
    if demand.profile_ids:
        return f"{standing.room(demand):.0f} places left"
    if standing.agent.capacity_units is None:
        return "no limit in units"
    return f"{standing.units_left:.0f} of {standing.agent.capacity_units} units left"


def _short(standing: Standing, demand: Demand) -> str:
    known = standing.agent.skills
    return ", ".join(
        f"{name} {known.get(name, 0)} of {level}"
        for name, level in (*demand.must, *demand.skills)
        if known.get(name, 0) < level
    )


def _no_capacity(standing: Standing, demand: Demand) -> str:
    if not demand.profile_ids:
        return f"No capacity: {_left(standing, demand)}, and it takes {demand.units}."
    if any(profile_id not in standing.places for profile_id in demand.profile_ids):
        return "No capacity: does not have the capacity profile that it takes."
    return "No capacity: their capacity profile is used up."


def _refused(standing: Standing, demand: Demand) -> str:
    refusals = demand.refusals.get(standing.agent.agent_id)
    times = refusals.times if refusals else 0
    if times:
        return f"Declined or missed it {'once' if times == 1 else f'{times} times'}."
    return "So many others declined or missed it that it is not offered any more."


_WHY_NOT: Final[Mapping[Obstacle, Callable[[Standing, Demand], str]]] = {
    Obstacle.SKILLS: lambda standing, demand: f"Wrong skills: {_short(standing, demand)}.",
    Obstacle.DECLINED: _refused,
    Obstacle.DECLINED_LATELY: lambda standing, demand: f"{_refused(standing, demand)[:-1]} just now.",
    Obstacle.PRESENCE: lambda standing, _: f"Is {standing.presence.replace('_', ' ')}.",
    Obstacle.SESSIONS: lambda standing, _: f"Has {_conversations(standing)}, as many as anybody gets.",
    Obstacle.BLOCKED: lambda _, __: "A capacity profile of theirs is used up and keeps all work away.",
    Obstacle.CAPACITY: _no_capacity,
    Obstacle.RULES: lambda _, __: "No rule of the queue's own order is about this conversation.",
    Obstacle.KEPT: lambda _, __: "Kept free for somebody who has waited longer and needs more room.",
}
