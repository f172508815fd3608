"""The routers of the agent API."""

from typing import Final

from fastapi import APIRouter

from api.agent import attachments, conversations, events, messages, session

ROUTERS: Final[tuple[APIRouter, ...]] = (
    session.router,
    conversations.router,
    messages.router,
    messages.templates_router,
    attachments.router,
    events.router,
)
