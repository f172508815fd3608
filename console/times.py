"""Times as people read them."""

from datetime import datetime, timedelta, tzinfo
from typing import Final

from console.reader import Reader
from console.texts import Texts

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)


def lasting(span: timedelta, texts: Texts) -> str:
    """`2 h 10 min`: at most two units, rounded down, never less than nothing."""
    if span < _MINUTE:
        return texts.less_than_a_minute
    days, hours, minutes = span // _DAY, span % _DAY // _HOUR, span % _HOUR // _MINUTE
    if days:
        return (texts.days_hours if hours else texts.days).format(days=days, hours=hours)
    if hours:
        return (texts.hours_minutes if minutes else texts.hours).format(hours=hours, minutes=minutes)
    return texts.minutes.format(minutes=minutes)


def clock(at: datetime, zone: tzinfo) -> str:
    """`14:05`."""
    return f"{at.astimezone(zone):%H:%M}"


def day(at: datetime, now: datetime, reader: Reader) -> str:
    """`Today`, `Yesterday`, or the date."""
    there, here = at.astimezone(reader.zone).date(), now.astimezone(reader.zone).date()
    if there == here:
        return reader.texts.today
    if there == here - _DAY:
        return reader.texts.yesterday
    month = reader.texts.months[there.month - 1]
    return reader.texts.date.format(day=there.day, month=month, year=there.year)


def moment(at: datetime, now: datetime, reader: Reader) -> str:
    """The clock for today; the day before that."""
    is_today = at.astimezone(reader.zone).date() == now.astimezone(reader.zone).date()
    return clock(at, reader.zone) if is_today else day(at, now, reader)


def day_and_clock(at: datetime, now: datetime, reader: Reader) -> str:
    """`Today 14:05`."""
    return f"{day(at, now, reader)} {clock(at, reader.zone)}"


def window_left(expires_at: datetime | None, now: datetime, texts: Texts) -> str | None:
    """`window closes in 2 h 10 min`; None where there is no window."""
    if expires_at is None:
        return None
    if expires_at <= now:
        return texts.window_closed
    return texts.window_closes.format(time=lasting(expires_at - now, texts))
