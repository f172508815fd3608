"""Identifiers. UUIDv7, so that rows sort by the time they were made."""

from typing import TypeAlias
from uuid import UUID

from uuid_utils.compat import uuid7

AccountId: TypeAlias = UUID
AgentId: TypeAlias = UUID
CapacityProfileId: TypeAlias = UUID
ContactId: TypeAlias = UUID
ConversationId: TypeAlias = UUID
EndpointId: TypeAlias = UUID
MediaId: TypeAlias = UUID
MessageId: TypeAlias = UUID
OfferId: TypeAlias = UUID
OperatingHoursId: TypeAlias = UUID
PresenceId: TypeAlias = UUID
QueueId: TypeAlias = UUID
RoutingDecisionId: TypeAlias = UUID
RulesetId: TypeAlias = UUID
SkillId: TypeAlias = UUID
TemplateId: TypeAlias = UUID
WorkstreamId: TypeAlias = UUID


def new_id() -> UUID:
    """A fresh UUIDv7. Never call it in workflow code: it reads the clock."""
    return uuid7()
