"""The routers of the agent API."""

from typing import Final

from fastapi import APIRouter

from api.agent import (
    attachments,
    bulk,
    chats,
    conversations,
    events,
    messages,
    offers,
    participants,
    presence,
    queues,
    session,
    signals,
    skills,
    transfers,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    session.router,
    presence.router,
    queues.router,
    conversations.router,
    skills.router,
    offers.router,
    offers.answers_router,
    transfers.router,
    transfers.colleagues_router,
    bulk.router,
    participants.router,
    chats.router,
    messages.router,
    messages.templates_router,
    attachments.router,
    signals.router,
    events.router,
)
