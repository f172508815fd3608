"""Who looks at a page: whose conversations are theirs, in which language, by which clock."""

from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from console.texts import ENGLISH, Texts
from domain.ids import AgentId


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Everything that makes the same conversation look different to different people."""

    agent_id: AgentId
    name: str
    is_supervisor: bool = False
    zone: tzinfo = UTC
    texts: Texts = ENGLISH


def zone_named(name: str) -> tzinfo:
    """The zone a browser says it is in; UTC when we do not know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
