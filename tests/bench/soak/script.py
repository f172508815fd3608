"""Who chats in a soak, for how long, and how often they lose their connections."""

from dataclasses import dataclass
from random import Random
from typing import TypeAlias

Absence: TypeAlias = tuple[float, float, float]
"""How often, of all; at least and at most so many seconds."""


@dataclass(frozen=True, kw_only=True)
class Script:
    """Times are seconds, on average where they are rolled with dice."""

    customers: int
    desks: int
    seconds: float
    pause: float
    """Between two messages of one customer."""
    cut_every: float
    """How long a socket lives."""
    absences: tuple[Absence, ...] = ((0.75, 0.1, 3), (0.2, 6, 12), (0.05, 26, 40))
    """Hardly noticed, lost and back within the grace, lost until they are waited for."""
    seed: int = 1

    def dice(self, who: str) -> Random:
        """Everybody has their own, so that nobody's luck depends on another's pace."""
        return Random(f"{self.seed}/{who}")  # noqa: S311 - dice, not secrets

    def absence(self, dice: Random) -> float:
        """How long somebody is away this time."""
        weights = [share for share, _, _ in self.absences]
        (chosen,) = dice.choices(self.absences, weights)
        return dice.uniform(*chosen[1:])
