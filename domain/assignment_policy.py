"""What happens to agents who miss or decline work, or whose windows are gone."""

from datetime import timedelta
from typing import Annotated, TypeAlias

from pydantic import Field

from domain.time_zones import TimeZone
from domain.values import Value

DeclineLimit: TypeAlias = Annotated[int, Field(ge=1, le=5)]
RestoredWithin: TypeAlias = Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(hours=1))]
GivenBackAfter: TypeAlias = Annotated[timedelta, Field(ge=timedelta(seconds=30), le=timedelta(days=1))]


class AssignmentPolicy(Value):
    """Holds for the whole organisation."""

    missed_makes_inactive: bool = True
    """Whoever misses an offer gets no other one until they say that they are there."""
    declined_makes_do_not_disturb: bool = False
    decline_limit: DeclineLimit = 3
    """Who has declined or missed a conversation that often is not offered it again."""
    agent_restored_within: RestoredWithin = timedelta(minutes=2.5)
    """Who comes back that soon has the presence they had."""
    agent_given_back_after: GivenBackAfter = timedelta(minutes=5)
    """What a lost agent had goes back to its queue then."""
    time_zone: TimeZone = "UTC"
    """Where days end, for capacity that comes back at the end of the day."""
