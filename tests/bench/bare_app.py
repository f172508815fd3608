"""The baseline of the web process: FastAPI, one table, one row per request, nothing more.

`python -m tests.bench.bare_app PORT CONNINFO SIMULATOR ACCOUNT_SID`, the account's token on stdin.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs
from uuid import uuid4

import httpx2
import uvloop
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from psycopg_pool import AsyncConnectionPool

from runtime.serve import serve
from runtime.settings import Settings

TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
TABLE = "CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY, body text NOT NULL)"
INSERT = "INSERT INTO bare (id, body) VALUES (%s, %s)"


def create_app(pool: AsyncConnectionPool, provider: httpx2.AsyncClient) -> FastAPI:
    """What an integration is before anybody asks what happens when something is killed."""
    listeners: set[WebSocket] = set()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with pool, provider:
            await _keep(pool, TABLE)
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/webhook")
    async def webhook(request: Request) -> Response:
        body = (await request.body()).decode()
        await _keep(pool, INSERT, uuid4(), body)
        for socket in listeners:
            await socket.send_text(parse_qs(body)["Body"][0])
        return Response(TWIML, media_type="text/xml")

    @app.post("/reply", status_code=202)
    async def reply(message: dict[str, str]) -> None:
        await _keep(pool, INSERT, uuid4(), message["Body"])
        (await provider.post("/Messages.json", data=message)).raise_for_status()

    @app.websocket("/events")
    async def events(socket: WebSocket) -> None:
        await socket.accept()
        listeners.add(socket)
        await socket.send_text("ready")
        with suppress(WebSocketDisconnect):
            await socket.receive_text()
        listeners.discard(socket)

    return app


async def _keep(pool: AsyncConnectionPool, statement: str, *values: object) -> None:
    async with pool.connection() as connection:
        await connection.execute(statement.encode(), values)


async def main(port: str, conninfo: str, simulator: str, account: str) -> None:
    """Served exactly as the real API is."""
    token = sys.stdin.readline().strip()
    pool = AsyncConnectionPool(
        conninfo, min_size=1, max_size=10, kwargs={"autocommit": True}, open=False
    )
    base = f"{simulator}/2010-04-01/Accounts/{account}"
    provider = httpx2.AsyncClient(base_url=base, auth=(account, token), trust_env=False)
    await serve(create_app(pool, provider), Settings(api_port=int(port)))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(*sys.argv[1:]))
