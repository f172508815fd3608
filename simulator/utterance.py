"""What a test or a phone page lets a customer say, and what came of it. The same for every provider."""

from typing import Literal, TypeAlias

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from simulator.records import Provider, WebhookAttempt


class Order(BaseModel):
    """What people and tests type: unknown fields are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Upload(Order):
    """A file, its bytes in base64."""

    content: Base64Bytes = Field(max_length=16 * 1024 * 1024)
    content_type: str = Field(default="application/octet-stream", max_length=100)
    file_name: str | None = Field(default=None, max_length=200)


class Place(Order):
    """A point on the map."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    label: str = ""
    address: str = ""


class Tap(Order):
    """A button or a row of a list that the customer chose."""

    text: str
    payload: str = ""
    description: str = ""


class Referral(Order):
    """The advertisement that led the customer here."""

    source_id: str = "120208000000000000"
    source_type: str = "ad"
    source_url: str = "https://fb.me/example"
    headline: str = ""
    body: str = ""
    click_id: str = ""
    media_url: str | None = None
    media_content_type: str | None = None


class Utterance(Order):
    """One thing a customer does in the chat with a business."""

    provider: Provider = Provider.TWILIO
    customer: str = Field(alias="from", min_length=1, max_length=160)
    business: str = Field(alias="to", min_length=1, max_length=160)
    type: str = Field(default="text", max_length=40)
    """text, image, video, audio, sticker, document, location, contacts, button, list, or a new one."""
    text: str = Field(default="", max_length=65_536)
    media: Upload | None = None
    """Left out for a media type, a small sample is sent."""
    location: Place | None = None
    tap: Tap | None = None
    reply_to: str | None = None
    concerns: str | None = None
    """The message that is edited or taken back."""
    referral: Referral | None = None
    forwarded: bool = False
    frequently_forwarded: bool = False
    profile_name: str | None = None
    extra: dict[str, str] = Field(default_factory=dict)
    """Parameters nobody has heard of yet; they are sent, and signed, with the rest."""
    wait: bool = True
    """False, or while the provider is down: answer at once, the webhook goes out in the background."""


Outcome: TypeAlias = Literal["answered", "refused", "unreachable", "lost", "held", "under_way", "kept"]
"""`kept`: it concerned the provider only (joining a sandbox), or no webhook is configured."""


class Said(BaseModel):
    """What became of an utterance."""

    message_id: str
    outcome: Outcome
    webhooks: list[WebhookAttempt] = Field(default_factory=list)


class NotPossible(Exception):
    """An order that makes no sense in this world; the message says what to do."""
