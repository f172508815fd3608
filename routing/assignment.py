"""Who is offered what: pure decisions over what waits and who is there."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from domain.assignments import CONSIDERED_KEPT, Merit, Obstacle
from domain.distribution import AssignmentMethod
from domain.ids import AgentId
from domain.work import MOST_REFUSERS, Desk, WorkItem
from routing.contender import Contender
from routing.ranking import Ranking
from routing.requirements import Requirements, requirements_by, requirements_of
from routing.suitability import capacity_obstacle, is_reachable
from routing.work_order import holds, in_order

BLOCK: Final = 100
"""So many decisions at once; then everything is looked at afresh."""
KEPT_AFTER: Final = timedelta(minutes=2)
"""Whoever waits longer, and finds no agent with enough room, has one kept free: else small work that
comes later would always be quicker."""


class Choice(NamedTuple):
    """An agent who may be asked."""

    contender: Contender
    merit: Merit
    forced: bool = False
    """Even above the limit of their capacity."""


class Look(NamedTuple):
    """What was found for one conversation, as it is until the next look. No choices: it waits on."""

    item: WorkItem
    needs: Requirements
    choices: Sequence[Choice]
    """The best, the first one first."""
    obstacles: Mapping[Contender, Obstacle]
    looked_at: int
    """How many agents."""


class Assignment:
    """One round over a desk. Capacity that is given away is gone for what follows."""

    def __init__(self, desk: Desk, now: datetime) -> None:
        self._desk = desk
        self._now = now
        self._contenders = {each.agent_id: Contender(each) for each in desk.candidates}
        self._changed: list[Contender] = []
        """Whoever got something in this round, or is kept, in that order."""
        self._rankings: dict[object, Ranking] = {}
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
                self._give(look)
                given += 1
                if item.more_behind or given == BLOCK:
                    # What was not read may be more urgent than what follows here.
                    return

    def look(self, item: WorkItem) -> Look:
        """At everybody who could take this one."""
        return self._look(item, requirements_of(item, self._desk, self._now))

    def _give(self, look: Look) -> None:
        contender = look.choices[0].contender
        contender.take(look.needs.demand, look.item.queue_id, self._now)
        self._changed.append(contender)

    def _look(self, item: WorkItem, needs: Requirements, alike: object | None = None) -> Look:
        if len(item.refusals) >= MOST_REFUSERS:
            return self._nobody(item, needs, Obstacle.DECLINED)
        found = self._found(item, needs, alike)
        first = self._first(item, needs)
        chosen = {choice.contender for choice in first}
        others = (choice for choice in found.choices if choice.contender not in chosen)
        return found._replace(choices=(*first, *others)) if first else found

    def _nobody(self, item: WorkItem, needs: Requirements, why: Obstacle) -> Look:
        members = self._members(item)
        return Look(item, needs, (), dict.fromkeys(members, why), len(members))

    def _members(self, item: WorkItem) -> list[Contender]:
        everybody = self._contenders.values()
        return [each for each in everybody if item.queue_id in each.agent.memberships]

    def _unless_hopeless(self, item: WorkItem) -> Look | None:
        """In one round capacity only shrinks: what found nobody finds nobody for the same needs."""
        needs = requirements_of(item, self._desk, self._now)
        alike = self._alike(item, needs)
        if alike is not None and alike in self._hopeless:
            return None
        look = self._look(item, needs, alike)
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

    def _found(self, item: WorkItem, needs: Requirements, alike: object | None) -> Look:
        queue = self._desk.queues[item.queue_id]
        if queue.method is not AssignmentMethod.CUSTOM or not queue.custom_order.rules:
            return self._among_members(item, needs, alike)
        look = self._nobody(item, needs, Obstacle.RULES)
        for rule in queue.custom_order.rules:
            if rule.after <= self._now - item.queued_at and holds(rule.condition, item):
                look = self._among_members(item, requirements_by(rule, needs))
                if look.choices:
                    return look
        return look

    def _among_members(self, item: WorkItem, needs: Requirements, alike: object | None = None) -> Look:
        ranking = self._rankings.get(alike)
        if ranking is None:
            method = self._desk.queues[item.queue_id].method
            members = self._members(item)
            ranking = Ranking(needs, method, item.queue_id, members, changes=len(self._changed))
        if alike is not None:
            self._rankings[alike] = ranking
        ranking.catch_up(self._changed)
        best = [Choice(each, Merit.METHOD) for each in ranking.best(CONSIDERED_KEPT)]
        return Look(item, needs, best, ranking.obstacles, len(ranking))

    def _keep_somebody_free(self, look: Look) -> None:
        """Whoever lacks the least room for it gets nothing less urgent, until there is enough."""
        demand = look.needs.demand
        if self._now - look.item.queued_at < KEPT_AFTER or demand.profile_ids:
            return
        able = [
            contender
            for contender, why_not in look.obstacles.items()
            if why_not is Obstacle.CAPACITY and (contender.standing.capacity_units or 0) >= demand.units
        ]
        if able:
            kept = max(able, key=lambda each: (each.room(demand), each.number))
            kept.is_kept = True
            self._changed.append(kept)
