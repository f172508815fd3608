"""Every use case that routes may call, in one value. Wiring makes it once; the API carries it."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from application.access import Access
from application.attachments import Attachments
from application.bulk import Bulk
from application.chats.chatting import Chatting
from application.chats.choosing import Choosing
from application.chats.connections import Connections
from application.chats.feed import CustomerFeed
from application.chats.insight import Insight
from application.chats.limits import ChatLimits
from application.chats.reconnecting import Reconnecting
from application.chats.sessions import Sessions
from application.chats.transcripts import Transcripts
from application.chats.uploads import Uploads
from application.configuration.accounts import AccountConfiguration
from application.configuration.agents import AgentConfiguration
from application.configuration.api_keys import ApiKeyConfiguration
from application.configuration.audit import AuditTrail
from application.configuration.automated_messages import AutomatedMessageConfiguration
from application.configuration.capacity_profiles import CapacityProfileConfiguration
from application.configuration.draining import Draining
from application.configuration.endpoints import EndpointConfiguration
from application.configuration.operating_hours import OperatingHoursConfiguration
from application.configuration.organization import OrganizationConfiguration
from application.configuration.preferred_agents import PreferredAgentConfiguration
from application.configuration.presences import PresenceConfiguration
from application.configuration.provider_questions import ProviderQuestions
from application.configuration.queues import QueueConfiguration
from application.configuration.routing_rules import RoutingConfiguration
from application.configuration.skills import SkillConfiguration
from application.configuration.templates import TemplateConfiguration
from application.configuration.verification import AccountVerification
from application.configuration.widgets import WidgetConfiguration
from application.configuration.workstreams import WorkstreamConfiguration
from application.consulting import Consulting
from application.correspondence import Correspondence
from application.desk import Desk
from application.health import Readiness
from application.idempotency import Idempotency
from application.intake import Intake
from application.live_events import LiveFeed
from application.offer_desk import OfferDesk
from application.payloads import PayloadReading
from application.personal_data import PersonalData
from application.presences import PresenceDesk
from application.public_widgets import PublicWidgets
from application.queue_desk import QueueDesk
from application.reasons import Reasons
from application.reconnect_offers import ReconnectOffers
from application.required_skills import SkillUpdates
from application.signals import Signals
from application.taking_part import TakingPart
from application.transfers import Transfers
from application.windows import AgentWindows
from channels.base import Channel
from domain.channels import ChannelName
from domain.configuration import Account, Endpoint


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What the config API calls."""

    organization: OrganizationConfiguration
    accounts: AccountConfiguration
    verification: AccountVerification
    provider: ProviderQuestions
    endpoints: EndpointConfiguration
    widgets: WidgetConfiguration
    account_draining: Draining[Account]
    endpoint_draining: Draining[Endpoint]
    workstreams: WorkstreamConfiguration
    operating_hours: OperatingHoursConfiguration
    queues: QueueConfiguration
    presences: PresenceConfiguration
    routing_rules: RoutingConfiguration
    skills: SkillConfiguration
    capacity_profiles: CapacityProfileConfiguration
    agents: AgentConfiguration
    preferred_agents: PreferredAgentConfiguration
    templates: TemplateConfiguration
    automated_messages: AutomatedMessageConfiguration
    api_keys: ApiKeyConfiguration
    audit: AuditTrail


@dataclass(frozen=True, kw_only=True)
class Chat:
    """What customers at widgets call, and who looks after their connections."""

    sessions: Sessions
    chatting: Chatting
    uploads: Uploads
    choosing: Choosing
    transcripts: Transcripts
    connections: Connections
    feed: CustomerFeed
    insight: Insight
    limits: ChatLimits
    widgets: PublicWidgets
    offers: ReconnectOffers
    reconnecting: Reconnecting

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What goes on in the background."""
        async with self.connections.running(), self.feed.running():
            yield


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What webhooks and the agent API call, and who cares for what people said."""

    public_url: str
    channels: Mapping[ChannelName, Channel]
    intake: Intake
    desk: Desk
    reasons: Reasons
    skill_updates: SkillUpdates
    offers: OfferDesk
    transfers: Transfers
    bulk: Bulk
    consulting: Consulting
    taking_part: TakingPart
    correspondence: Correspondence
    signals: Signals
    attachments: Attachments
    live_feed: LiveFeed
    presences: PresenceDesk
    queues: QueueDesk
    windows: AgentWindows
    personal_data: PersonalData
    chat: Chat


@dataclass(frozen=True, kw_only=True)
class Services:
    """What the API calls."""

    access: Access
    configuration: Configuration
    engine: Engine
    idempotency: Idempotency
    readiness: Readiness
    payloads: PayloadReading
