"""The API is put together here; nothing else happens here."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, TypeAlias

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware import Middleware

from api import docs, errors, health, media, openapi, widget_files
from api.agent import routers as agent
from api.body_limit import BodyLimit
from api.chat import routers as chat
from api.chat.origins import ChatCors
from api.codec import routers as codec
from api.codec.cors import CodecCors, origin_of
from api.config import routers as config
from api.dependencies import AppState
from api.log_subject import name_subject
from api.request_log import RequestLog
from api.security_headers import SecurityHeaders
from api.webhooks import routers as webhooks
from application.services import Services

OpenServices: TypeAlias = Callable[[], AbstractAsyncContextManager[Services]]

ROUTERS: Final[tuple[APIRouter, ...]] = (
    health.router,
    docs.router,
    *webhooks.ROUTERS,
    media.router,
    widget_files.router,
    *agent.ROUTERS,
    *chat.ROUTERS,
    *config.ROUTERS,
    *codec.ROUTERS,
)


def create_app(open_services: OpenServices, temporal_ui_url: str = "") -> FastAPI:
    """The whole API over these services, which live as long as the app runs.

    `temporal_ui_url`: whose pages may have payloads decoded. Empty: nobody's.
    """
    temporal_ui = origin_of(temporal_ui_url) if temporal_ui_url else ""
    cors = [Middleware(CodecCors, temporal_ui=temporal_ui)] if temporal_ui else []

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[AppState]:
        async with open_services() as services:
            yield AppState(services=services, temporal_ui=temporal_ui)

    app = FastAPI(
        title="Holdfast",
        summary="An omnichannel conversation engine for customer service.",
        lifespan=lifespan,
        dependencies=[Depends(name_subject)],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(RequestLog),
            *cors,
            Middleware(ChatCors),
            Middleware(BodyLimit),
        ],
        generate_unique_id_function=openapi.operation_id,
        # Ours are in runtime/tracing. FastAPI's own tell paths and queries, and believe any caller.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        docs_url=None,
        redoc_url=None,
    )
    errors.install(app)
    openapi.install(app)
    for router in ROUTERS:
        app.include_router(router)
    return app
