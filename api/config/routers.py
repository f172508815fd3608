"""The routers of the config API, in the order in which an admin sets things up."""

from typing import Final

from fastapi import APIRouter

from api.config import (
    account_checks,
    accounts,
    agents,
    api_keys,
    audit_log,
    automated_messages,
    capacity_profiles,
    contacts,
    draining,
    endpoints,
    operating_hours,
    organization,
    preferred_agents,
    presences,
    queues,
    routing_rules,
    secret_files,
    skills,
    templates,
    widgets,
    workstreams,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    organization.router,
    skills.router,
    capacity_profiles.router,
    agents.router,
    presences.router,
    operating_hours.router,
    queues.router,
    workstreams.router,
    routing_rules.router,
    accounts.router,
    secret_files.router,
    account_checks.router,
    endpoints.router,
    draining.accounts,
    draining.endpoints,
    widgets.router,
    templates.router,
    automated_messages.router,
    api_keys.router,
    contacts.router,
    contacts.repeatable,
    preferred_agents.router,
    audit_log.router,
)
