"""Widgets as pages and their visitors see them: who may carry one, and how it looks."""

from typing import Final, Literal

from pydantic import Field

from application.chats.availability import Availability, OpeningTimes
from application.chats.connections import HEARTBEAT
from domain.ids import EndpointId
from domain.values import Value
from domain.widgets import Invitation, Question, Widget
from storage.organization import Organizations
from storage.widgets import Widgets

LONGEST_ORIGIN: Final = 300


class ReconnectPublic(Value):
    """Whether a lost connection leaves time to come back."""

    enabled: bool


class FilesPublic(Value):
    """What customers may send. No types: whatever nobody blocked."""

    allowed: bool
    max_bytes: int
    types: tuple[str, ...]


class WidgetPublic(Value):
    """All that anybody may know of a widget."""

    widget_id: EndpointId
    name: str
    language: str
    languages: tuple[str, ...]
    theme: dict[str, str]
    """CSS custom properties by name."""
    position: Literal["left", "right"]
    pre_chat: tuple[Question, ...]
    post_chat: tuple[Question, ...]
    reconnect: ReconnectPublic
    authenticated: bool = Field(description="The page must have its customers signed in by the shop.")
    persistent: bool
    proactive: tuple[Invitation, ...]
    files: FilesPublic
    availability: Availability
    heartbeat: int = Field(description="Seconds between two signs of life.")


class PublicWidgets:
    """Reads what admins set, for strangers."""

    def __init__(
        self,
        widgets: Widgets,
        organizations: Organizations,
        opening_times: OpeningTimes,
        media_max_bytes: int,
    ) -> None:
        self._widgets = widgets
        self._opening_times = opening_times
        self._organizations = organizations
        self._media_max_bytes = media_max_bytes

    async def get(self, widget_id: EndpointId) -> Widget:
        """Everything about it. Raise NotFound."""
        return await self._widgets.get(widget_id)

    async def carried_by(self, origin: str) -> frozenset[EndpointId]:
        """The widgets that pages of this origin may carry. What is no origin carries none."""
        if len(origin) > LONGEST_ORIGIN or not origin.isprintable():
            return frozenset()
        return await self._widgets.carried_by(origin)

    async def public(self, widget_id: EndpointId) -> WidgetPublic:
        """What its pages need to show it. Raise NotFound."""
        widget = await self.get(widget_id)
        organization = await self._organizations.get()
        settings = widget.settings
        return WidgetPublic(
            widget_id=widget.widget_id,
            name=widget.name,
            language=widget.language,
            languages=tuple(dict.fromkeys((widget.language, *settings.languages))),
            theme=settings.theme,
            position=settings.position,
            pre_chat=settings.pre_chat,
            post_chat=settings.post_chat,
            reconnect=ReconnectPublic(enabled=settings.reconnecting.enabled and not widget.persistent),
            authenticated=settings.sign_in is not None,
            persistent=widget.persistent,
            proactive=settings.proactive,
            files=FilesPublic(
                allowed=widget.customers_may_send_files,
                max_bytes=min(organization.attachment_max_bytes, self._media_max_bytes),
                types=organization.attachment_types,
            ),
            availability=await self._opening_times.of(widget),
            heartbeat=int(HEARTBEAT.total_seconds()),
        )
