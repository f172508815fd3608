"""Puts the use cases of the config API and of access control together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from application.access import SESSION_LIFETIME, Access
from application.callback_urls import CallbackUrls
from application.configuration.accounts import SUBJECT as ACCOUNT
from application.configuration.accounts import AccountConfiguration
from application.configuration.agents import AgentConfiguration
from application.configuration.api_keys import ApiKeyConfiguration
from application.configuration.audit import AuditTrail
from application.configuration.automated_messages import AutomatedMessageConfiguration
from application.configuration.capacity_profiles import CapacityProfileConfiguration
from application.configuration.draining import Draining
from application.configuration.endpoints import SUBJECT as ENDPOINT
from application.configuration.endpoints import EndpointConfiguration
from application.configuration.operating_hours import OperatingHoursConfiguration
from application.configuration.organization import OrganizationConfiguration
from application.configuration.preferred_agents import PreferredAgentConfiguration
from application.configuration.presences import PresenceConfiguration
from application.configuration.privacy import EnablingRules
from application.configuration.provider_questions import ProviderQuestions
from application.configuration.queues import QueueConfiguration
from application.configuration.routing_rules import RoutingConfiguration
from application.configuration.skills import SkillConfiguration
from application.configuration.templates import TemplateConfiguration
from application.configuration.verification import AccountVerification
from application.configuration.widgets import WidgetConfiguration
from application.configuration.workstreams import WorkstreamConfiguration
from application.passwords import Passwords
from application.services import Configuration
from channels.base import Channel
from channels.extras import TemplateDirectory
from domain.channels import ChannelName
from storage.access import ApiKeys, Sessions, SignInAttempts
from storage.accounts import Accounts
from storage.agents import Agents
from storage.audit import AuditLog
from storage.automated_messages import AutomatedMessages
from storage.capacity_profiles import CapacityProfiles
from storage.database import Database
from storage.endpoints import Endpoints
from storage.operating_hours import OperatingHoursRows
from storage.organization import Organizations
from storage.presences import Presences
from storage.privacy import Acknowledgements
from storage.queues import Queues
from storage.routing_rules import Rulesets
from storage.skills import Skills
from storage.templates import Templates
from storage.widgets import Widgets
from storage.workstreams import Workstreams


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the config API stands on."""

    database: Database
    accounts: Accounts
    channels: Mapping[ChannelName, Channel]
    passwords: Passwords
    public_url: str


def access(
    database: Database, passwords: Passwords, session_lifetime: timedelta = SESSION_LIFETIME
) -> Access:
    """Who is asking, and what they may do."""
    return Access(
        keys=ApiKeys(database),
        sessions=Sessions(database),
        attempts=SignInAttempts(database),
        agents=Agents(database),
        passwords=passwords,
        session_lifetime=session_lifetime,
    )


def configuration(around: Surroundings) -> Configuration:
    """Everything admins do."""
    database = around.database
    trail = AuditTrail(AuditLog(database))
    agents, queues, skills = Agents(database), Queues(database), Skills(database)
    endpoints, workstreams = Endpoints(database), Workstreams(database)
    callback_urls = CallbackUrls(around.public_url, around.channels)
    directories = {
        name: channel
        for name, channel in around.channels.items()
        if isinstance(channel, TemplateDirectory)
    }
    rules = EnablingRules(
        channels=around.channels,
        acknowledgements=Acknowledgements(database),
        organizations=Organizations(database),
    )
    provider = ProviderQuestions(
        accounts=around.accounts, channels=around.channels, callback_urls=callback_urls, trail=trail
    )
    templates = TemplateConfiguration(
        templates=Templates(database),
        accounts=around.accounts,
        directories=directories,
        trail=trail,
        database=database,
    )
    return Configuration(
        organization=OrganizationConfiguration(
            organizations=Organizations(database),
            accounts=around.accounts,
            rules=rules,
            trail=trail,
            database=database,
        ),
        accounts=AccountConfiguration(
            accounts=around.accounts,
            channels=around.channels,
            callback_urls=callback_urls,
            rules=rules,
            trail=trail,
            database=database,
        ),
        verification=AccountVerification(
            accounts=around.accounts,
            endpoints=endpoints,
            workstreams=workstreams,
            queues=queues,
            templates=templates,
            channels=around.channels,
            callback_urls=callback_urls,
            provider=provider,
            rules=rules,
        ),
        provider=provider,
        endpoints=EndpointConfiguration(
            endpoints=endpoints,
            accounts=around.accounts,
            channels=around.channels,
            workstreams=workstreams,
            trail=trail,
            database=database,
        ),
        account_draining=Draining(ACCOUNT, around.accounts, trail, database),
        endpoint_draining=Draining(ENDPOINT, endpoints, trail, database),
        widgets=WidgetConfiguration(
            widgets=Widgets(database),
            accounts=around.accounts,
            workstreams=workstreams,
            trail=trail,
            database=database,
            public_url=around.public_url,
        ),
        workstreams=WorkstreamConfiguration(
            workstreams=workstreams,
            endpoints=endpoints,
            rulesets=Rulesets(database),
            trail=trail,
            database=database,
        ),
        operating_hours=OperatingHoursConfiguration(
            rows=OperatingHoursRows(database), trail=trail, database=database
        ),
        routing_rules=RoutingConfiguration(trail=trail, database=database),
        queues=QueueConfiguration(queues=queues, trail=trail, database=database),
        skills=SkillConfiguration(skills=skills, trail=trail, database=database),
        capacity_profiles=CapacityProfileConfiguration(
            profiles=CapacityProfiles(database), trail=trail, database=database
        ),
        presences=PresenceConfiguration(presences=Presences(database), trail=trail, database=database),
        agents=AgentConfiguration(
            agents=agents,
            skills=skills,
            sessions=Sessions(database),
            passwords=around.passwords,
            trail=trail,
            database=database,
        ),
        preferred_agents=PreferredAgentConfiguration(trail=trail, database=database),
        templates=templates,
        automated_messages=AutomatedMessageConfiguration(
            automated_messages=AutomatedMessages(database),
            endpoints=endpoints,
            channels=around.channels,
            trail=trail,
            database=database,
        ),
        api_keys=ApiKeyConfiguration(
            keys=ApiKeys(database), agents=agents, trail=trail, database=database
        ),
        audit=trail,
    )
