"""One thing that was looked at: what was found, and what to do about it."""

from domain.values import Value


class Check(Value):
    """One thing that was looked at."""

    name: str
    ok: bool
    message: str
    what_to_do: str | None = None


def check(name: str, *, ok: bool, good: str, bad: str, what_to_do: str) -> Check:
    """Good or bad, in the words for it."""
    return Check(name=name, ok=ok, message=good if ok else bad, what_to_do=None if ok else what_to_do)
