"""Who is offered what: pure decisions over what waits and who is there."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeAlias

from domain.assignments import Merit, Obstacle
from domain.distribution import AssignmentMethod
from domain.ids import AgentId
from domain.work import MOST_REFUSERS, Desk, WorkItem
from routing.demand import Demand, FoldedSkills, demand_by, demand_of
from routing.methods import rank
from routing.standing import Standing
from routing.suitability import Gap, capacity_obstacle, gap, is_reachable, obstacle
from routing.work_order import holds, in_order

BLOCK: Final = 100
"""So many decisions at once; then everything is looked at afresh."""
KEPT_AFTER: Final = timedelta(minutes=2)
"""Whoever waits longer, and finds no agent with enough room, has one kept free: else small work that
comes later would always be quicker."""

Obstacles: TypeAlias = Sequence[tuple[Standing, Obstacle]]


class Choice(NamedTuple):
    """An agent who may be asked."""

    standing: Standing
    merit: Merit
    forced: bool = False
    """Even above the limit of their capacity."""


class Look(NamedTuple):
    """What was found for one conversation. No choices: it goes on waiting."""

    item: WorkItem
    demand: Demand
    choices: Sequence[Choice]
    obstacles: Obstacles


class Assignment:
    """One round over a desk. Capacity that is given away is gone for what follows."""

    def __init__(self, desk: Desk, now: datetime) -> None:
        self._desk = desk
        self._now = now
        self._standings = {each.agent_id: Standing(each) for each in desk.candidates}
        self._gaps: dict[FoldedSkills, Mapping[AgentId, Gap]] = {}
        self._hopeless: set[object] = set()

    def looks(self) -> Iterator[Look]:
        """The most urgent first. To ask for the next one takes the first choice of this for granted."""
        given = 0
        for item in in_order(self._desk.items, self._desk.queues):
            look = self._unless_hopeless(item)
            if look is None:
                continue
            yield look
            if look.choices:
                look.choices[0].standing.take(look.demand, item.queue_id, self._now)
                given += 1
                if item.more_behind or given == BLOCK:
                    # What was not read may be more urgent than what follows here.
                    return

    def look(self, item: WorkItem) -> Look:
        """At everybody who could take this one."""
        return self._look(item, self._demand(item))

    def _demand(self, item: WorkItem) -> Demand:
        work = self._desk.work[item.workstream_id]
        return demand_of(item, work, self._now, self._desk.most_refusals)

    def _look(self, item: WorkItem, demand: Demand) -> Look:
        if len(item.refusals) >= MOST_REFUSERS:
            return Look(item, demand, (), [(each, Obstacle.DECLINED) for each in self._members(item)])
        found = self._found(item, demand)
        first = self._first(item, demand)
        chosen = {choice.standing for choice in first}
        return found._replace(
            choices=(*first, *(each for each in found.choices if each.standing not in chosen)),
            obstacles=[each for each in found.obstacles if each[0] not in chosen],
        )

    def _members(self, item: WorkItem) -> Iterator[Standing]:
        return (each for each in self._standings.values() if item.queue_id in each.agent.memberships)

    def _unless_hopeless(self, item: WorkItem) -> Look | None:
        """In one round capacity only shrinks: what found nobody finds nobody for the same demand."""
        demand = self._demand(item)
        alike = self._alike(item, demand)
        if alike is not None and alike in self._hopeless:
            return None
        look = self._look(item, demand)
        if not look.choices:
            self._keep_somebody_free(look)
            self._hopeless.add(alike)
        return look

    def _alike(self, item: WorkItem, demand: Demand) -> object | None:
        """What others that ask for the same share with it. None: it is unlike all others."""
        is_custom = self._desk.queues[item.queue_id].method is AssignmentMethod.CUSTOM
        if is_custom or item.refusals or item.last_agent_id or item.preferred_agent_ids:
            return None
        return item.queue_id, item.workstream_id, demand.skills, demand.levels_off

    def _first(self, item: WorkItem, demand: Demand) -> list[Choice]:
        """Who had it, whatever they have to do; then whom its contact knows, whatever their skills.

        Whoever declined it comes after that in the usual order.
        """
        first: list[Choice] = []
        last = self._asked_anew(item.last_agent_id, demand)
        if last is not None and is_reachable(last):
            first.append(Choice(last, Merit.LAST_AGENT, forced=True))
        for agent_id in item.preferred_agent_ids:
            known = self._asked_anew(agent_id, demand)
            if (
                known is not None
                and known is not last
                and known.presence in demand.presences
                and capacity_obstacle(demand, known) is None
            ):
                first.append(Choice(known, Merit.PREFERRED))
        return first

    def _asked_anew(self, agent_id: AgentId | None, demand: Demand) -> Standing | None:
        if agent_id is None or agent_id in demand.refusals:
            return None
        return self._standings.get(agent_id)

    def _found(self, item: WorkItem, demand: Demand) -> Look:
        queue = self._desk.queues[item.queue_id]
        if queue.method is not AssignmentMethod.CUSTOM or not queue.custom_order.rules:
            return self._among_members(item, demand)
        look = Look(item, demand, (), [(each, Obstacle.RULES) for each in self._members(item)])
        for rule in queue.custom_order.rules:
            if rule.after <= self._now - item.waiting_since and holds(rule.condition, item):
                look = self._among_members(item, demand_by(rule, demand, item))
                if look.choices:
                    return look
        return look

    def _among_members(self, item: WorkItem, demand: Demand) -> Look:
        method = self._desk.queues[item.queue_id].method
        gaps = self._gaps_of(demand.skills)
        ranked, obstacles = [], []
        for standing in self._members(item):
            distance = gaps[standing.agent.agent_id]
            why_not = obstacle(demand, standing, distance)
            if why_not is None:
                place = rank(method, standing, demand, distance, item.queue_id)
                ranked.append((place, standing))
            else:
                obstacles.append((standing, why_not))
        ranked.sort(key=lambda each: each[0])
        choices = [Choice(standing, Merit.METHOD) for _, standing in ranked]
        return Look(item, demand, choices, obstacles)

    def _gaps_of(self, skills: FoldedSkills) -> Mapping[AgentId, Gap]:
        if skills not in self._gaps:
            self._gaps[skills] = {
                agent_id: gap(skills, standing.agent.skills)
                for agent_id, standing in self._standings.items()
            }
        return self._gaps[skills]

    def _keep_somebody_free(self, look: Look) -> None:
        """Whoever lacks the least room for it gets nothing less urgent, until there is enough."""
        if self._now - look.item.waiting_since < KEPT_AFTER or look.demand.profile_ids:
            return
        able = [
            standing
            for standing, why_not in look.obstacles
            if why_not is Obstacle.CAPACITY
            and (standing.agent.capacity_units or 0) >= look.demand.units
        ]
        if able:
            max(able, key=lambda each: (each.units_left, each.agent.agent_id)).is_kept = True
