"""Time as Google writes it."""

from datetime import UTC, datetime


def rfc3339(moment: datetime) -> str:
    """With nine digits of a second, which is more than most libraries expect."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"
