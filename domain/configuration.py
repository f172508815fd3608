"""What admins configure. Secrets are not in here: they are write-only and live beside these."""

from datetime import datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from pydantic import Field

from domain.assignment_policy import AssignmentPolicy
from domain.capacity import AgentCapacityProfile
from domain.channels import ChannelName, Region
from domain.context_variables import ContextVariable
from domain.custom_order import CustomOrder
from domain.distribution import AssignmentMethod, WorkSettings
from domain.ids import (
    AccountId,
    AgentId,
    EndpointId,
    OperatingHoursId,
    QueueId,
    TemplateId,
    WorkstreamId,
)
from domain.notices import ConsentQuestion, MonitoringNotice, NoticeChoice
from domain.overflow import Overflow
from domain.presences import BasePresence
from domain.skills import AgentSkill
from domain.timers import TimerPolicy
from domain.values import Value
from domain.versioned import Drainable, Versioned


class Account(Drainable):
    """Credentials of one provider app. `settings` are the channel's own, checked by its model."""

    account_id: AccountId
    channel: ChannelName
    name: str
    settings: dict[str, str] = Field(default_factory=dict)
    enabled: bool = True
    last_webhook_at: datetime | None = None
    last_error: str | None = None
    last_error_at: datetime | None = None


class Credentials(Value):
    """An account as an adapter needs it: settings and decrypted secrets.

    A secret is a list, newest first: while one is rotated, both are valid.
    """

    account_id: AccountId
    channel: ChannelName
    settings: dict[str, str] = Field(default_factory=dict)
    secrets: dict[str, tuple[str, ...]] = Field(default_factory=dict, repr=False)

    def secret(self, name: str) -> str | None:
        """The newest value of a secret, or None when it is not set."""
        values = self.secrets.get(name, ())
        return values[0] if values else None


class Endpoint(Drainable):
    """One addressable thing of an account, such as a WhatsApp number."""

    endpoint_id: EndpointId
    account_id: AccountId
    channel: ChannelName
    name: str
    address: str
    """As the provider writes it: `whatsapp:+14155238886`."""
    workstream_id: WorkstreamId
    language: str = "en"
    enabled: bool = True
    settings: dict[str, str] = Field(default_factory=dict)
    customers_may_send_files: bool = True
    agents_may_send_files: bool = True


class Workstream(Versioned):
    """How work of one channel is routed and timed."""

    workstream_id: WorkstreamId
    name: str
    channel: ChannelName
    distribution: Literal["pick", "push"] = "pick"
    fallback_queue_id: QueueId
    persistent: bool = False
    """Live chats of signed-in customers that only an agent ends."""
    timers: TimerPolicy = TimerPolicy()
    work: WorkSettings = WorkSettings()
    context_variables: tuple[ContextVariable, ...] = ()
    monitoring_notice: NoticeChoice = NoticeChoice.AS_ORGANIZATION
    consent: ConsentQuestion = ConsentQuestion()
    fallback_endpoint_ids: tuple[EndpointId, ...] = ()
    """By which endpoints of other channels, the first one first, a reply leaves for a customer who
    cannot be reached. Empty: by none."""


class Queue(Versioned):
    """Where conversations wait for one of its members."""

    queue_id: QueueId
    name: str
    priority: int = 100
    member_ids: tuple[AgentId, ...] = ()
    method: AssignmentMethod = AssignmentMethod.HIGHEST_CAPACITY
    """Which of its members are asked first."""
    custom_order: CustomOrder = CustomOrder()
    """Counts when the method is `custom`."""
    is_default: bool = False
    """Every agent is a member, and it is not removed."""
    operating_hours_id: OperatingHoursId | None = None
    """When somebody answers in it. None: at all times."""
    overflow: Overflow = Overflow()


class Role(StrEnum):
    """What a person inside may do."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    OPERATOR = "operator"


class Agent(Versioned):
    """A person inside."""

    agent_id: AgentId
    name: str
    email: str
    roles: tuple[Role, ...] = (Role.AGENT,)
    enabled: bool = True
    capacity_units: int | None = None
    """None: no limit in units."""
    capacity_profiles: tuple[AgentCapacityProfile, ...] = ()
    skills: tuple[AgentSkill, ...] = ()
    default_presence: BasePresence = BasePresence.AVAILABLE
    """As what they begin when they sign in."""


class Approval(StrEnum):
    """Where a template stands with WhatsApp, in Twilio's words."""

    UNSUBMITTED = "unsubmitted"
    RECEIVED = "received"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"


class TemplateTranslation(Value):
    """One language of a template. Each is approved on its own."""

    language: str
    text: str
    content_sid: str
    approval: Approval = Approval.UNSUBMITTED
    rejection_reason: str | None = None


class Template(Versioned):
    """A message that WhatsApp approved, the only kind allowed outside the service window."""

    template_id: TemplateId
    account_id: AccountId
    name: str
    default_language: str
    translations: tuple[TemplateTranslation, ...]
    variables: tuple[str, ...] = ()
    """Names of its placeholders, in the order of {{1}}, {{2}} …"""

    def translation(self, language: str | None = None) -> TemplateTranslation:
        """The text in that language, else in its base language, else in the default one."""
        wanted = [language, (language or "").split("-")[0], self.default_language]
        for candidate in wanted:
            for translation in self.translations:
                if translation.language == candidate:
                    return translation
        return self.translations[0]


class Scope(StrEnum):
    """What a key or a session may do."""

    CONFIG_READ = "config:read"
    CONFIG_WRITE = "config:write"
    SECRETS_WRITE = "secrets:write"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"


class Caller(Value):
    """Who is asking, after sign-in: a key or a person, with its scopes."""

    name: str
    scopes: frozenset[Scope]
    agent_id: AgentId | None = None
    key_id: UUID | None = None


class ApiKey(Value):
    """An API key as it is shown: never its secret."""

    key_id: UUID
    name: str
    prefix: str
    scopes: tuple[Scope, ...]
    agent_id: AgentId | None = None
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


class AuditEntry(Value):
    """Who changed what, when. Secrets appear only as `set` or `cleared`."""

    entry_id: UUID
    at: datetime
    actor: str
    action: str
    subject: str
    subject_id: UUID | None = None
    changes: dict[str, object] = Field(default_factory=dict)


# What computers of all kinds run when somebody opens it. Archives are left out: people send them.
_EXECUTABLES: Final = (
    "apk app appx bat chm cmd com cpl dex dll elf exe gadget hta inf ins iso jar js jse lnk msc msi"
    " msix msp ps1 psm1 reg scr sct sh sys url vb vbe vbs wsc wsf wsh xll"
)


class Organization(Versioned):
    """The one organisation of this deployment, and what holds for all of it."""

    name: str
    region: Region = Region.COMMERCIAL
    """Some channels must not be used in some regions."""
    attachment_max_bytes: int = 16 * 1024 * 1024
    """16 MB is WhatsApp's limit (https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages)."""
    attachment_types: tuple[str, ...] = ()
    """MIME types agents and customers may send; empty: what the channel allows."""
    blocked_extensions: tuple[str, ...] = tuple(_EXECUTABLES.split())
    """Nobody may send files of these kinds, by their name or by their bytes."""
    transcript_days: int | None = None
    """How long what was said is kept after the end of its conversation. None: for ever."""
    media_days: int | None = None
    """The same for files, which may go earlier."""
    monitoring_notice: MonitoringNotice = MonitoringNotice()
    assignment: AssignmentPolicy = AssignmentPolicy()
