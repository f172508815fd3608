"""Whether a widget lets chats begin: it is on, and its hours are open."""

from collections.abc import Callable
from datetime import UTC, datetime

from domain.errors import NobodyThere
from domain.ids import EndpointId
from domain.values import Value
from domain.widgets import Widget
from routing.operating_hours import opening
from storage.operating_hours import OperatingHoursRows
from storage.widgets import Widgets


class Availability(Value):
    """Whether a chat can begin now. `opens_at`: when next, where that is known."""

    open: bool
    opens_at: datetime | None = None


class OpeningTimes:
    """Only beginnings ask it: a chat that runs goes on past closing time, and may be come back to."""

    def __init__(
        self,
        widgets: Widgets,
        hours: OperatingHoursRows,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._widgets = widgets
        self._hours = hours
        self._now = now

    async def of(self, widget: Widget) -> Availability:
        """How it stands. What is written into a persistent chat is read when somebody comes."""
        hours_id = widget.settings.operating_hours_id
        if not widget.enabled or hours_id is None or widget.persistent:
            return Availability(open=widget.enabled)
        found = opening(await self._hours.get(hours_id), self._now())
        return Availability(open=found.is_open, opens_at=None if found.is_open else found.until)

    async def require_open(self, widget_id: EndpointId) -> None:
        """Raise NobodyThere outside the hours of this widget."""
        stands = await self.of(await self._widgets.get(widget_id))
        if not stands.open:
            raise NobodyThere(
                "Nobody answers at this time. Try again when the chat is open.",
                opens_at=stands.opens_at.isoformat() if stands.opens_at else None,
            )
