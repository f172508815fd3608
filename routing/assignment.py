"""Who is offered what: pure decisions over what waits and who is there."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeAlias

from domain.assignments import Merit, Obstacle
from domain.distribution import AssignmentMethod
from domain.ids import AgentId
from domain.work import MOST_REFUSERS, Desk, WorkItem
from routing.contender import Contender
from routing.methods import rank
from routing.requirements import FoldedSkills, Requirements, requirements_by, requirements_of
from routing.suitability import Gap, capacity_obstacle, gap, is_reachable, obstacle
from routing.work_order import holds, in_order

BLOCK: Final = 100
"""So many decisions at once; then everything is looked at afresh."""
KEPT_AFTER: Final = timedelta(minutes=2)
"""Whoever waits longer, and finds no agent with enough room, has one kept free: else small work that
comes later would always be quicker."""

Obstacles: TypeAlias = Sequence[tuple[Contender, Obstacle]]


class Choice(NamedTuple):
    """An agent who may be asked."""

    contender: Contender
    merit: Merit
    forced: bool = False
    """Even above the limit of their capacity."""


class Look(NamedTuple):
    """What was found for one conversation. No choices: it goes on waiting."""

    item: WorkItem
    needs: Requirements
    choices: Sequence[Choice]
    obstacles: Obstacles


class Assignment:
    """One round over a desk. Capacity that is given away is gone for what follows."""

    def __init__(self, desk: Desk, now: datetime) -> None:
        self._desk = desk
        self._now = now
        self._contenders = {each.agent_id: Contender(each) for each in desk.candidates}
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
                look.choices[0].contender.take(look.needs.demand, item.queue_id, self._now)
                given += 1
                if item.more_behind or given == BLOCK:
                    # What was not read may be more urgent than what follows here.
                    return

    def look(self, item: WorkItem) -> Look:
        """At everybody who could take this one."""
        return self._look(item, self._requirements(item))

    def _requirements(self, item: WorkItem) -> Requirements:
        work = self._desk.work[item.workstream_id]
        return requirements_of(item, work, self._now, self._desk.most_refusals)

    def _look(self, item: WorkItem, needs: Requirements) -> Look:
        if len(item.refusals) >= MOST_REFUSERS:
            return Look(item, needs, (), [(each, Obstacle.DECLINED) for each in self._members(item)])
        found = self._found(item, needs)
        first = self._first(item, needs)
        chosen = {choice.contender for choice in first}
        return found._replace(
            choices=(*first, *(each for each in found.choices if each.contender not in chosen)),
            obstacles=[each for each in found.obstacles if each[0] not in chosen],
        )

    def _members(self, item: WorkItem) -> Iterator[Contender]:
        return (each for each in self._contenders.values() if item.queue_id in each.agent.memberships)

    def _unless_hopeless(self, item: WorkItem) -> Look | None:
        """In one round capacity only shrinks: what found nobody finds nobody for the same needs."""
        needs = self._requirements(item)
        alike = self._alike(item, needs)
        if alike is not None and alike in self._hopeless:
            return None
        look = self._look(item, needs)
        if not look.choices:
            self._keep_somebody_free(look)
            self._hopeless.add(alike)
        return look

    def _alike(self, item: WorkItem, needs: Requirements) -> object | None:
        """What others that ask for the same share with it. None: it is unlike all others."""
        is_custom = self._desk.queues[item.queue_id].method is AssignmentMethod.CUSTOM
        if is_custom or item.refusals or item.last_agent_id or item.preferred_agent_ids:
            return None
        return item.queue_id, item.workstream_id, needs.skills, needs.levels_off

    def _first(self, item: WorkItem, needs: Requirements) -> list[Choice]:
        """Who had it, whatever they have to do; then whom its contact knows, whatever their skills.

        Whoever declined it comes after that in the usual order.
        """
        first: list[Choice] = []
        last = self._asked_anew(item.last_agent_id, needs)
        if last is not None and is_reachable(last):
            first.append(Choice(last, Merit.LAST_AGENT, forced=True))
        for agent_id in item.preferred_agent_ids:
            known = self._asked_anew(agent_id, needs)
            if (
                known is not None
                and known is not last
                and known.presence in needs.presences
                and capacity_obstacle(needs, known) is None
            ):
                first.append(Choice(known, Merit.PREFERRED))
        return first

    def _asked_anew(self, agent_id: AgentId | None, needs: Requirements) -> Contender | None:
        if agent_id is None or agent_id in needs.refusals:
            return None
        return self._contenders.get(agent_id)

    def _found(self, item: WorkItem, needs: Requirements) -> Look:
        queue = self._desk.queues[item.queue_id]
        if queue.method is not AssignmentMethod.CUSTOM or not queue.custom_order.rules:
            return self._among_members(item, needs)
        look = Look(item, needs, (), [(each, Obstacle.RULES) for each in self._members(item)])
        for rule in queue.custom_order.rules:
            if rule.after <= self._now - item.queued_at and holds(rule.condition, item):
                look = self._among_members(item, requirements_by(rule, needs, item))
                if look.choices:
                    return look
        return look

    def _among_members(self, item: WorkItem, needs: Requirements) -> Look:
        method = self._desk.queues[item.queue_id].method
        gaps = self._gaps_of(needs.skills)
        ranked, obstacles = [], []
        for contender in self._members(item):
            distance = gaps[contender.agent.agent_id]
            why_not = obstacle(needs, contender, distance)
            if why_not is None:
                place = rank(method, contender, needs, distance, item.queue_id)
                ranked.append((place, contender))
            else:
                obstacles.append((contender, why_not))
        ranked.sort(key=lambda each: each[0])
        choices = [Choice(contender, Merit.METHOD) for _, contender in ranked]
        return Look(item, needs, choices, obstacles)

    def _gaps_of(self, skills: FoldedSkills) -> Mapping[AgentId, Gap]:
        if skills not in self._gaps:
            self._gaps[skills] = {
                agent_id: gap(skills, contender.agent.skills)
                for agent_id, contender in self._contenders.items()
            }
        return self._gaps[skills]

    def _keep_somebody_free(self, look: Look) -> None:
        """Whoever lacks the least room for it gets nothing less urgent, until there is enough."""
        demand = look.needs.demand
        if self._now - look.item.queued_at < KEPT_AFTER or demand.profile_ids:
            return
        able = [
            contender
            for contender, why_not in look.obstacles
            if why_not is Obstacle.CAPACITY and (contender.standing.capacity_units or 0) >= demand.units
        ]
        if able:
            max(able, key=lambda each: (each.room(demand), each.agent.agent_id)).is_kept = True
