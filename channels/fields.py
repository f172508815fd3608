"""A provider's JSON, read without trust: what is not as it should be is as if it were not there."""

import json
import math
import re
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

# No provider names a limit for its lists; the body of a webhook has one.
MAX_ITEMS: Final = 1000
# Beyond, JavaScript counts no further, and providers write strings instead.
_MOST_DIGITS: Final = 2**53
# What PostgreSQL does not store: NUL, and halves of surrogate pairs.
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
_TRUTHS: Final[dict[object, bool]] = {True: True, False: False, "true": True, "false": False}
Json: TypeAlias = dict[str, object]


class Fields:
    """One JSON object."""

    def __init__(self, given: object) -> None:
        self._given = given
        self._values: dict[str, Any] = given if isinstance(given, dict) else {}

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def __bool__(self) -> bool:
        return bool(self._values)

    @property
    def names(self) -> frozenset[str]:
        """What it has."""
        return frozenset(self._values)

    @property
    def raw(self) -> bytes:
        """As JSON again, for whoever looks at what we could not read."""
        return json.dumps(self._given).encode()

    def text(self, name: str, *, limit: int | None = None) -> str:
        """A string that can be stored, or ""."""
        value = self._values.get(name)
        return _storable(value)[:limit] if isinstance(value, str) else ""

    def matching(self, name: str, shape: re.Pattern[str]) -> str:
        """A string of this shape, or ""."""
        value = self.text(name)
        return value if shape.fullmatch(value) else ""

    def flag(self, name: str) -> bool | None:
        """A boolean, which some write as a string; None: neither."""
        value = self._values.get(name)
        return _TRUTHS.get(value) if isinstance(value, bool | str) else None

    def number(self, name: str) -> float | None:
        """A number, or None. A proto's zero may be left out: ask for the object's other fields."""
        value = self._values.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        return float(value) if abs(value) < _MOST_DIGITS and math.isfinite(value) else None

    def whole(self, name: str) -> int | None:
        """A whole number, not negative."""
        value = self._values.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        return value if 0 <= value < _MOST_DIGITS else None

    def moment(self, name: str) -> datetime | None:
        """An RFC 3339 time, of whose fraction six digits are kept."""
        try:
            moment = datetime.fromisoformat(self.text(name))
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def child(self, name: str) -> "Fields":
        """An object, an empty one where there is none."""
        return Fields(self._values.get(name))

    def children(self, name: str, *, limit: int = MAX_ITEMS) -> list["Fields"]:
        """The items of a list; whatever is no object is an empty one."""
        return [Fields(item) for item in self._items(name, limit)]

    def texts(self, name: str, *, limit: int = MAX_ITEMS) -> list[str]:
        """The strings of a list."""
        return [_storable(item) for item in self._items(name, limit) if isinstance(item, str)]

    def _items(self, name: str, limit: int) -> list[Any]:
        value = self._values.get(name)
        return value[:limit] if isinstance(value, list) else []


def _storable(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text)
