"""When a business answers: a week that repeats, and the days that differ from it."""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Field, field_validator

from domain.ids import OperatingHoursId
from domain.time_zones import TimeZone
from domain.values import Value
from domain.versioned import Versioned

MIDNIGHT: Final = time(0)
PERIODS_OF_A_DAY: Final = 10


class Weekday(StrEnum):
    """In the order of datetime.weekday()."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @classmethod
    def of(cls, day: date) -> "Weekday":
        """The day of the week on which that date falls."""
        return tuple(cls)[day.weekday()]


class Period(Value):
    """From one time of day to another, by the clock on the wall.

    One that ends no later than it begins ends on the next day: 22:00 to 06:00 is a night shift,
    00:00 to 00:00 a whole day.
    """

    opens: time
    closes: time

    @field_validator("opens", "closes")
    @classmethod
    def _by_the_clock_on_the_wall(cls, value: time) -> time:
        if value.tzinfo is not None or value.microsecond:
            raise ValueError("write a time of day such as 09:00; the time zone is that of the hours")
        return value


class WeeklyPeriod(Period):
    """The same on each of these days of the week; `closes` may be on the day after."""

    days: tuple[Weekday, ...] = Field(min_length=1, max_length=7)


class Holiday(Value):
    """A date on which the week does not count. Without periods it is closed all day."""

    day: date
    name: str = Field(min_length=1, max_length=100)
    periods: tuple[Period, ...] = Field(default=(), max_length=PERIODS_OF_A_DAY)


def _each_day_once(holidays: tuple[Holiday, ...]) -> tuple[Holiday, ...]:
    if len({holiday.day for holiday in holidays}) != len(holidays):
        raise ValueError("each date may be named once; give it several periods instead")
    return holidays


Week: TypeAlias = Annotated[
    tuple[WeeklyPeriod, ...],
    Field(
        max_length=7 * PERIODS_OF_A_DAY,
        examples=[[{"days": ["monday", "friday"], "opens": "09:00", "closes": "17:00"}]],
    ),
]
Holidays: TypeAlias = Annotated[
    tuple[Holiday, ...],
    AfterValidator(_each_day_once),
    Field(max_length=366, examples=[[{"day": "2026-12-25", "name": "Christmas"}]]),
]


class OperatingHours(Versioned):
    """Hours that endpoints and queues refer to. Whoever refers to none is open at all times."""

    operating_hours_id: OperatingHoursId
    name: str
    time_zone: TimeZone
    weekly: Week = ()
    holidays: Holidays = ()
