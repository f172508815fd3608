"""Durations as people write them: `2h`, `1d 12h`, `90s`."""

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator

_PART: Final = re.compile(r"(\d+)\s*([dhms])\s*")
_WHOLE: Final = re.compile(rf"(?:{_PART.pattern})+")
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_LONGEST: Final = timedelta(days=3650)


def parsed(value: object) -> object:
    """A bare 0 needs no unit; every other number does."""
    if value in (0, None) or isinstance(value, timedelta):
        return timedelta(0) if value == 0 else value
    if not isinstance(value, str) or not _WHOLE.fullmatch(value.strip()):
        raise ValueError("say it with units, such as 90s, 15m, 2h or 1d 12h")
    parts = _PART.findall(value)
    try:
        total = sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta(0))
    except OverflowError:
        total = timedelta.max
    if total > _LONGEST:
        raise ValueError(f"at most {_LONGEST.days}d")
    return total


Duration = Annotated[timedelta, BeforeValidator(parsed)]
