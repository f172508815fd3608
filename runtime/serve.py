"""Serves the API and the console over HTTP."""

from collections.abc import Callable
from typing import Any, Final

import uvicorn

from runtime.process import keep_what_is_loaded
from runtime.settings import Settings

# Beyond this many connections a process answers 503: better than serving nobody in time.
_MAX_CONNECTIONS: Final = 4096
_MAX_WEBSOCKET_MESSAGE: Final = 256 * 1024
_LAST_REQUESTS: Final = 10  # seconds that requests in flight get when the process is told to end
# Seconds; longer than load balancers keep a connection (60 as a rule), because one that we close
# while it is being used again costs a webhook.
_IDLE_CONNECTION: Final = 75


async def serve(app: Callable[..., Any], settings: Settings) -> None:
    """Returns after SIGTERM or SIGINT, when the last request was answered.

    No proxy's header is believed: what the world calls us is HOLDFAST_PUBLIC_URL.
    """
    config = uvicorn.Config(
        app,
        host=settings.api_host,
        port=settings.api_port,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_MAX_CONNECTIONS,
        ws_max_size=_MAX_WEBSOCKET_MESSAGE,
        # Frames are short; to deflate them took a tenth of the processor time of a process with chats.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_LAST_REQUESTS,
        timeout_keep_alive=_IDLE_CONNECTION,
    )
    keep_what_is_loaded()
    await uvicorn.Server(config).serve()
