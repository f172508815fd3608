"""How long to wait before starting a program again: longer each time, until it has proved itself."""

from typing import Final

FIRST: Final = 0.2
LONGEST: Final = 15.0
STEADY_AFTER: Final = 20.0  # a program that lived for so long has earned a short pause again


class Backoff:
    """Seconds; doubling, with a ceiling."""

    def __init__(self) -> None:
        self._next = FIRST

    def pause_after(self, lived: float) -> float:
        """The pause after a life of so many seconds."""
        pause = FIRST if lived > STEADY_AFTER else self._next
        self._next = min(pause * 2, LONGEST)
        return pause
