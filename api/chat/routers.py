"""The routers of the chat API. What every call must pass is in `permission.py`."""

from typing import Final

from fastapi import APIRouter

from api.chat import conversations, events, files, messages, polling, reconnect, sessions, widgets

ROUTERS: Final[tuple[APIRouter, ...]] = (
    widgets.router,
    sessions.router,
    reconnect.router,
    conversations.router,
    messages.router,
    files.router,
    polling.router,
    events.router,
)
