"""What everything that admins configure has: a version that counts up, and when it was made."""

from datetime import datetime

from domain.values import Value


class Versioned(Value):
    """Everything an admin can change. `version` counts up by one with each change (its ETag)."""

    version: int = 1
    created_at: datetime
    updated_at: datetime


class Drainable(Versioned):
    """What goes once its last conversation is over, when an admin wants it to."""

    draining_since: datetime | None = None
    """From then on it takes no new conversations. None: it stays."""
