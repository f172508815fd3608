"""Starts the bare web app beside the stack, with a database of its own in the same PostgreSQL."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import uuid4

import psycopg

from tests.bench.lab import Lab
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
        yield BareServer(pid, twilio)


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
