"""Chat widgets as admins set them up. A widget is an endpoint of the channel live_chat."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from domain.values import Value


class Question(Value):
    """One field of the form before or after a chat."""

    name: str
    label: str
    kind: Literal["text", "long_text", "options", "consent", "email", "phone"] = "text"
    options: tuple[str, ...] = ()
    required: bool = False


class Reconnecting(Value):
    """Whether a customer whose connection was lost comes back to the same agent, and how."""

    enabled: bool = False
    time_limit: timedelta = timedelta(minutes=2)
    portal_url: str | None = None
    """The page that carries the widget; a reconnect link leads there."""
    redirect_url: str | None = None
    """Where a link that is opened too late leads. None: a new chat is offered."""


class ShopSignIn(Value):
    """How the shop vouches for its customers: tokens it signs (RS256 or ES256)."""

    issuer: str
    audience: str | None = None
    jwks_url: str | None = None
    public_key: str | None = None
    """PEM; used when there is no jwks_url."""


class WidgetSettings(Value):
    """Everything about a widget that other endpoints do not have."""

    allowed_origins: tuple[str, ...] = ()
    """Exact origins (scheme, host, port) of the pages that may carry it."""
    pre_chat: tuple[Question, ...] = Field(default=(), max_length=10)
    post_chat: tuple[Question, ...] = Field(default=(), max_length=10)
    reconnecting: Reconnecting = Reconnecting()
    sign_in: ShopSignIn | None = None
    theme: dict[str, str] = Field(default_factory=dict)
    position: Literal["left", "right"] = "right"
