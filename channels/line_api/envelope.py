"""The outermost of what LINE sends: for whom it is, and its events.

LINE adds properties, values and types without notice
(https://developers.line.biz/en/reference/messaging-api/#common-properties).
"""

import json
import re
from typing import Final

from channels.fields import Fields
from domain.errors import UnreadableWebhook

# Message ids are digits beyond 2^53, those of events are ULIDs; they go into addresses and rows.
ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def envelope(body: bytes) -> tuple[str, list[object]]:
    """Destination and events of a webhook. Raise UnreadableWebhook when it is none."""
    try:
        found = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise UnreadableWebhook("LINE sends JSON; this is something else.") from error
    events = found.get("events") if isinstance(found, dict) else None
    if not isinstance(events, list):
        raise UnreadableWebhook("This JSON has no list of events.")
    return Fields(found).text("destination", limit=100), events
