"""How the work of a workstream is given out, and in which order the members of a queue are asked."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.ids import CapacityProfileId
from domain.presences import ALLOWED_BY_DEFAULT, BasePresence
from domain.values import Value


class AssignmentMethod(StrEnum):
    """Who of the suitable agents is asked first."""

    HIGHEST_CAPACITY = "highest_capacity"
    ROUND_ROBIN = "round_robin"
    LEAST_ACTIVE = "least_active"
    MOST_IDLE = "most_idle"
    CUSTOM = "custom"


class SkillMatching(StrEnum):
    """What required skills mean for who is suitable."""

    NONE = "none"
    EXACT = "exact"
    """Every skill, at its level at least; else the conversation waits."""
    CLOSEST = "closest"
    """Whoever comes closest is asked first; somebody with none of them may be asked at last."""


class Ring(Value):
    """After this long in the queue, skills may fall short by that many levels; none: do not count."""

    after: timedelta = Field(gt=timedelta(0), le=timedelta(days=2))
    levels_off: int | None = Field(default=None, ge=1, le=100)


class OfferSettings(Value):
    """How work is offered to an agent."""

    countdown: timedelta = Field(
        default=timedelta(seconds=120), ge=timedelta(seconds=10), le=timedelta(minutes=30)
    )
    auto_assign: bool = False
    """Nobody is asked: it is theirs at once."""
    may_decline: bool = True
    again_after: timedelta | None = Field(default=None, gt=timedelta(0), le=timedelta(days=1))
    """How long whoever declined or missed it is not asked again. None: asked last."""
    fields: Annotated[tuple[str, ...], Field(max_length=4)] = ()
    """What else is shown: names of attributes, context variables and pre-chat answers."""


class ReturningCustomers(Value):
    """Who gets a customer whose last conversation was closed. Of one that waits the timers speak."""

    last_agent_within: timedelta | None = Field(
        default=None, gt=timedelta(0), le=timedelta(days=365), examples=["P7D"]
    )
    """Whose last conversation in this workstream ended less than this ago meets its agent first.
    None: whoever comes."""
    offers: OfferSettings | None = None
    """How they are offered to the agent whom they know. None: as everybody."""


class WorkSettings(Value):
    """The work distribution of one workstream. Defaults are what most want."""

    capacity_units: int = Field(default=30, ge=0, le=10_000)
    """What one conversation takes of an agent's units."""
    capacity_profile_ids: Annotated[tuple[CapacityProfileId, ...], Field(max_length=5)] = ()
    """Instead of units: one place in each of these profiles."""
    allowed_presences: Annotated[tuple[BasePresence, ...], Field(min_length=1)] = ALLOWED_BY_DEFAULT
    skill_matching: SkillMatching = SkillMatching.EXACT
    rings: Annotated[tuple[Ring, ...], Field(max_length=5)] = ()
    """How exact matching is relaxed while nobody is found, the earliest first."""
    pick_from_push: bool = False
    """Agents may also take pushed work themselves, before it is offered to them."""
    offers: OfferSettings = OfferSettings()
    returning: ReturningCustomers = ReturningCustomers()
