"""Starts the bare web app beside the stack, with a database of its own in the same PostgreSQL."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from uuid import uuid4

import psycopg

from tests.bench.http_line import HttpLine
from tests.bench.lab import PATIENCE, Lab
from tests.bench.processes import running
from tests.bench.webhooks import Twilio

NUMBER = "+15005550006"


@dataclass(frozen=True)
class BareServer:
    """The running app, and the number whose messages it gets."""

    pid: int
    twilio: Twilio

    @property
    def address(self) -> str:
        return f"{self.twilio.host}:{self.twilio.port}"


@asynccontextmanager
async def bare_server(lab: Lab) -> AsyncIterator[BareServer]:
    """Ends with the block."""
    port = _free_port()
    twilio = replace(
        lab.twilio,
        port=port,
        path="/webhook",
        signed_url=f"http://127.0.0.1:{port}/webhook",
        number=NUMBER,
    )
    arguments = (str(port), await _database(lab), lab.stack.simulator, twilio.account_sid)
    async with running("tests.bench.bare_app", *arguments, told=twilio.token) as pid:
        await _until_it_listens(port)
        yield BareServer(pid, twilio)


async def _until_it_listens(port: int) -> None:
    """An app says that it is ready a moment before its server opens the port."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(ConnectionRefusedError):
                return await (await HttpLine.open("127.0.0.1", port)).close()
            await asyncio.sleep(0.05)


async def _database(lab: Lab) -> str:
    name = f"bare_{uuid4().hex}"
    conninfo = lab.stack.conninfo
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        await connection.execute(f"CREATE DATABASE {name}".encode())
    return psycopg.conninfo.make_conninfo(conninfo, dbname=name)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
