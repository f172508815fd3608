"""The members of a queue in the order in which they would be asked for one kind of conversation."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

from domain.assignments import Obstacle
from domain.distribution import AssignmentMethod
from domain.ids import QueueId
from routing.contender import Contender
from routing.methods import Rank, rank
from routing.requirements import Requirements
from routing.suitability import gap, obstacle


class Ranking:
    """Kept while many of the kind are given out: only whoever got something is judged again."""

    def __init__(
        self,
        needs: Requirements,
        method: AssignmentMethod,
        queue_id: QueueId,
        members: Iterable[Contender],
        changes: int = 0,
    ) -> None:
        self.needs = needs
        self.obstacles: dict[Contender, Obstacle] = {}
        self._method = method
        self._queue_id = queue_id
        self._gaps = {each: gap(needs.skills, each.agent.skills) for each in members}
        self._places: list[tuple[Rank, Contender]] = []
        self._ranks: dict[Contender, Rank] = {}
        self._known = changes
        for each in self._gaps:
            self._judge(each)
        self._places = sorted(((place, each) for each, place in self._ranks.items()), key=_place)

    def __len__(self) -> int:
        return len(self._gaps)

    def best(self, number: int) -> Sequence[Contender]:
        """So many of those who can be asked, the first one first."""
        return [each for _, each in self._places[:number]]

    def catch_up(self, changed: Sequence[Contender]) -> None:
        """Judge those again who changed since, in the order of the round's changes."""
        for each in changed[self._known :]:
            if each in self._gaps:
                self._remove(each)
                self._judge(each)
                if each in self._ranks:
                    insort(self._places, (self._ranks[each], each), key=_place)
        self._known = len(changed)

    def _remove(self, contender: Contender) -> None:
        self.obstacles.pop(contender, None)
        old = self._ranks.pop(contender, None)
        if old is not None:
            del self._places[bisect_left(self._places, old, key=_place)]

    def _judge(self, contender: Contender) -> None:
        distance = self._gaps[contender]
        why_not = obstacle(self.needs, contender, distance)
        if why_not is None:
            self._ranks[contender] = rank(self._method, contender, self.needs, distance, self._queue_id)
        else:
            self.obstacles[contender] = why_not


def _place(each: tuple[Rank, Contender]) -> Rank:
    return each[0]
