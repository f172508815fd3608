"""Widgets as admins set them up through the config API, and a customer's browser at one."""

from collections.abc import Sequence
from typing import Any

import httpx2
import pytest

from domain.configuration import Agent, Scope
from storage.database import Database
from tests.api.conftest import Http
from tests.api.live_chat import a_live_chat, a_workstream, made
from tests.api.lost_customers import Browser, Engine


@pytest.fixture
def others() -> Sequence[Any]:
    """Live chat, beside WhatsApp."""
    return (a_live_chat(),)


@pytest.fixture
async def chats(admin: httpx2.AsyncClient) -> dict[str, Any]:
    """A workstream."""
    return await a_workstream(admin)


@pytest.fixture
async def widget(admin: httpx2.AsyncClient, chats: dict[str, Any]) -> dict[str, Any]:
    """One for whoever comes along."""
    return await made(admin, chats)


@pytest.fixture
def engine_of_chats(database: Database) -> Engine:
    """In the place of workflows."""
    return Engine(database)


@pytest.fixture
def browser(http: Http, widget: dict[str, Any]) -> Browser:
    """On a page that carries the widget."""
    return Browser(http.anonymous(), widget["widget_id"])


@pytest.fixture
async def agent(http: Http, ann: Agent) -> httpx2.AsyncClient:
    """A client that acts for Ann."""
    return await http.keyed(Scope.AGENT, agent=ann)
