"""Chat widgets as admins set them up. A widget is an endpoint of the channel live_chat."""

from datetime import timedelta
from typing import Final, Literal, TypeAlias

from pydantic import Field

from domain.ids import AccountId, EndpointId, OperatingHoursId, WorkstreamId
from domain.values import Value
from domain.versioned import Versioned

QuestionKind: TypeAlias = Literal["text", "long_text", "options", "consent", "email", "phone"]
TIME_LIMITS: Final = (
    *(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600, 900, 1800)),
    *(timedelta(hours=hours) for hours in (1, 2, 4, 8, 12, 24)),
)
"""How long a customer may be given to come back."""
GRACE: Final = timedelta(seconds=20)
"""For how long a lost connection means nothing yet, where customers can reconnect afterwards."""
ALONE: Final = timedelta(minutes=3)
"""The same where they cannot: then the chat ends, so it is given longer."""
COLORS: Final = tuple(
    f"--holdfast-{name}"
    for name in (
        *("accent", "accent-text", "accent-dark", "accent-dark-text", "danger", "focus"),
        *("background", "surface", "text", "muted", "border"),
        *("customer-bubble", "customer-text", "agent-bubble", "agent-text"),
    )
)
LENGTHS: Final = tuple(
    f"--holdfast-{name}" for name in ("radius", "font-size", "width", "height", "launcher-size", "gap")
)
FONT: Final = "--holdfast-font"
LAYER: Final = "--holdfast-layer"


class Question(Value):
    """One field of the form before or after a chat."""

    name: str
    label: str
    kind: QuestionKind = "text"
    options: tuple[str, ...] = ()
    required: bool = False


class WidgetTimers(Value):
    """The durations that a conversation takes from its widget instead of its workstream."""

    connection_grace: timedelta
    reconnect_limit: timedelta | None


class Reconnecting(Value):
    """Whether a customer whose connection was lost comes back to the same agent, and how."""

    enabled: bool = False
    time_limit: timedelta = timedelta(minutes=2)
    portal_url: str | None = None
    """The page that carries the widget; a reconnect link leads there."""
    redirect_url: str | None = None
    """Where a link that is opened too late leads. None: a new chat is offered."""

    @property
    def timers(self) -> WidgetTimers:
        """What it means for a conversation."""
        if not self.enabled:
            return WidgetTimers(connection_grace=ALONE, reconnect_limit=None)
        return WidgetTimers(connection_grace=GRACE, reconnect_limit=self.time_limit)


class ShopSignIn(Value):
    """How the shop vouches for its customers: tokens it signs (RS256 or ES256)."""

    issuer: str
    audience: str | None = None
    jwks_url: str | None = None
    public_key: str | None = None
    """PEM; used when there is no jwks_url."""


class Invitation(Value):
    """A proactive chat: shown to who stays on a page for a while."""

    text: str
    after_seconds: int = 30
    page: str | None = None
    """Only where the address of the page contains this. None: on all pages."""


class WidgetSettings(Value):
    """Everything about a widget that other endpoints do not have."""

    allowed_origins: tuple[str, ...] = ()
    """Exact origins (scheme, host, port) of the pages that may carry it."""
    languages: tuple[str, ...] = ()
    """What customers may choose beside the widget's own language. Empty: nothing else."""
    pre_chat: tuple[Question, ...] = Field(default=(), max_length=10)
    post_chat: tuple[Question, ...] = Field(default=(), max_length=10)
    proactive: tuple[Invitation, ...] = Field(default=(), max_length=10)
    reconnecting: Reconnecting = Reconnecting()
    sign_in: ShopSignIn | None = None
    operating_hours_id: OperatingHoursId | None = None
    """When chats begin. None: at all times."""
    theme: dict[str, str] = Field(default_factory=dict)
    position: Literal["left", "right"] = "right"


class Widget(Versioned):
    """A widget: its endpoint and its settings, with one version for both."""

    widget_id: EndpointId
    account_id: AccountId
    name: str
    workstream_id: WorkstreamId
    language: str = "en"
    enabled: bool = True
    customers_may_send_files: bool = False
    agents_may_send_files: bool = True
    settings: WidgetSettings = WidgetSettings()
    persistent: bool = False
    """Its workstream's chats outlive their connection, and only an agent ends them."""
