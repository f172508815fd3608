"""Whether somebody answers at a moment, and when that changes. Pure: the moment is an argument."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from domain.operating_hours import OperatingHours, Period, Weekday
from domain.values import Value

# More than a year, so that hours of one day a year are found too; what opens later counts as never.
HORIZON: Final = timedelta(days=400)
ONE_DAY: Final = timedelta(days=1)
Span: TypeAlias = tuple[datetime, datetime]


class Opening(Value):
    """Whether it is open now, and until when that holds. None: it does not change."""

    is_open: bool
    until: datetime | None


def opening(hours: OperatingHours | None, at: datetime) -> Opening:
    """How it stands at that moment; without hours it is always open."""
    if hours is None:
        return Opening(is_open=True, until=None)
    at = at.astimezone(UTC)
    for begins, ends in _joined(_spans(hours, at)):
        if at < begins:
            return Opening(is_open=False, until=begins)
        if at < ends:
            return Opening(is_open=True, until=ends if ends < at + HORIZON else None)
    return Opening(is_open=False, until=None)


def _spans(hours: OperatingHours, at: datetime) -> Iterator[Span]:
    """What is open from the day before on (its night shift may still run), day by day."""
    zone = ZoneInfo(hours.time_zone)
    day = at.astimezone(zone).date() - ONE_DAY
    while _moment(day, time(0), zone) <= at + HORIZON:
        yield from sorted(_span(day, period, zone) for period in _periods(hours, day))
        day += ONE_DAY


def _periods(hours: OperatingHours, day: date) -> Iterable[Period]:
    for holiday in hours.holidays:
        if holiday.day == day:
            return holiday.periods
    return [period for period in hours.weekly if Weekday.of(day) in period.days]


def _span(day: date, period: Period, zone: ZoneInfo) -> Span:
    """Around a change of the clock people are let in rather than kept out (PEP 495).

    What it skips is counted on from before the leap; what it shows twice opens with the first and
    closes with the second.
    """
    last_day = day if period.closes > period.opens else day + ONE_DAY
    closes = max(_moment(last_day, period.closes, zone, fold) for fold in (0, 1))
    return _moment(day, period.opens, zone), closes


def _moment(day: date, clock: time, zone: ZoneInfo, fold: int = 0) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).replace(fold=fold).astimezone(UTC)


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans that touch or overlap are one; the input is in the order of their beginnings."""
    current: Span | None = None
    for span in spans:
        if current is not None and span[0] <= current[1]:
            current = (current[0], max(current[1], span[1]))
            continue
        if current is not None:
            yield current
        current = span
    if current is not None:
        yield current
