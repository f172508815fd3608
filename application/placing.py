"""Where conversations that begin go: by their workstream's rules, and by what their queue can keep."""

from datetime import timedelta
from typing import Final

import structlog
from prometheus_client import Counter

from domain.ids import WorkstreamId
from domain.routing_decisions import Arrival, Decision
from domain.routing_rules import Rulebook
from routing.overflow import admitted
from routing.rules import decide
from storage.entrances import Entrances
from storage.routing_rules import Rulebooks
from storage.shelf import Shelf

# A change of the rules takes effect everywhere within this time.
KEPT_FOR: Final = timedelta(seconds=5)
DECIDED = Counter(
    "holdfast_routing_decisions",
    "Conversations that began, by what chose their queue: a rule, none, or one that failed.",
    ["outcome"],
)
OVERFLOWED = Counter(
    "holdfast_overflowed_conversations",
    "Conversations that came to a closed or full queue, by why, and by what was done about it.",
    ["condition", "action"],
)

log = structlog.get_logger()


class RulePlacing:
    """Fulfils `storage.beginnings.Placer`."""

    def __init__(self, rulebooks: Rulebooks, entrances: Entrances) -> None:
        self._rulebooks = rulebooks
        self._entrances = entrances
        self.shelf = Shelf[WorkstreamId, Rulebook]()

    async def place(self, arrival: Arrival) -> Decision:
        decision = decide(await self._book(arrival.workstream_id), arrival)
        DECIDED.labels("failed" if decision.failed else decision.by).inc()
        if decision.failed:
            failed = decision.considered[-1]
            log.warning(
                "a routing rule failed",
                workstream_id=str(arrival.workstream_id),
                ruleset=failed.ruleset,
                rule=failed.rule,
                why=failed.why,
            )
        return await self._admitted(decision, arrival)

    async def _admitted(self, decision: Decision, arrival: Arrival) -> Decision:
        entrance = await self._entrances.of(decision.queue_id, decision.overflow)
        decision = admitted(decision, arrival, entrance)
        if decision.overflowed:
            OVERFLOWED.labels(decision.overflowed.condition, decision.overflowed.action).inc()
        return decision

    async def _book(self, workstream_id: WorkstreamId) -> Rulebook:
        kept = self.shelf.find(workstream_id, KEPT_FOR)
        if kept:
            return kept.thing
        book = await self._rulebooks.read(workstream_id)
        self.shelf.put(workstream_id, book)
        return book
