"""The embedded stack: which programs, in which order, and how each shows that it is ready."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from runtime import search_attributes
from runtime.embedded import demo, postgres, probes
from runtime.embedded.defaults import environment, simulator_url
from runtime.embedded.postgres import PostgresServer
from runtime.embedded.program import Program
from runtime.embedded.temporal import TemporalServer
from runtime.settings import Settings
from runtime.temporal import connect
from storage.migrate import migrate

ROOT: Final = Path(__file__).parents[2]
# The servers are given none of our secrets, nor anything else they do not need.
_FOR_SERVERS: Final = ("PATH", "HOME", "LANG", "TMPDIR", "TZ")


@dataclass(frozen=True)
class Step:
    """Something to do once, when everything before it is up."""

    name: str
    run: Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Together:
    """Programs that need nothing of each other, so that they start at the same time."""

    programs: tuple[Program, ...]

    @property
    def name(self) -> str:
        """All of them."""
        return ", ".join(program.name for program in self.programs)


Part: TypeAlias = Together | Step


def parts(settings: Settings, people: demo.Demo) -> Sequence[Part]:
    """All that makes up the stack, in the order of starting. `settings` are resolved."""
    database = settings.database_url.get_secret_value()
    api = f"http://127.0.0.1:{settings.api_port}/readyz"
    serving = _ours(settings, "api", ("-m", "runtime", "serve"), lambda _: probes.answers(api))
    working = _ours(
        settings, "worker", ("worker.py",), lambda since: probes.worker_polls(settings, since)
    )
    return (
        Together((_postgres(settings), _temporal(settings), _simulator(settings))),
        Step("search attributes", partial(_prepare_temporal, settings)),
        Step("migrations", partial(migrate, database)),
        Step("demo organisation", partial(demo.create, settings, people)),
        Together((serving, working)),
    )


def addresses(settings: Settings) -> dict[str, str]:
    """Where people find the parts of a running stack."""
    return {
        "agents' console": f"{settings.public_url}/agent",
        "API documentation": f"{settings.public_url}/docs",
        "customers' phones": simulator_url(settings),
        "Temporal UI": settings.temporal_ui_url,
        "its payloads, decoded": f"{_codec_url(settings)}/sign-in",
        "PostgreSQL": settings.database_url.get_secret_value(),
        "data, logs, keys": str(settings.data_dir),
    }


def _postgres(settings: Settings) -> Program:
    server = PostgresServer.under(settings.data_dir)
    return Program(
        name="postgres",
        command=server.command,
        is_ready=lambda _: asyncio.to_thread(server.is_ready),
        prepare=server.prepare,
        environment=_for_servers(),
        account=postgres.lent_account(),
        stop_signal=postgres.STOP_SIGNAL,
        stop_timeout=30,
    )


def _temporal(settings: Settings) -> Program:
    file = settings.data_dir / "temporal" / "temporal.db"
    server = TemporalServer(
        file,
        settings.temporal_port,
        settings.temporal_ui_port,
        settings.temporal_namespace,
        _codec_url(settings),
    )
    return Program(
        name="temporal",
        command=server.command,
        is_ready=lambda _: probes.temporal_serves(settings),
        prepare=server.prepare,
        environment=_for_servers(),
    )


def _codec_url(settings: Settings) -> str:
    """At the UI's own host, whatever the public address is: elsewhere browsers keep the cookie back."""
    return f"http://127.0.0.1:{settings.api_port}/codec"


def _ours(
    settings: Settings,
    name: str,
    arguments: tuple[str, ...],
    is_ready: Callable[[float], Awaitable[bool]],
) -> Program:
    return Program(
        name=name,
        command=(sys.executable, *arguments),
        is_ready=is_ready,
        environment={**os.environ, **environment(settings), "PYTHONUNBUFFERED": "1"},
        directory=ROOT,
    )


def _simulator(settings: Settings) -> Program:
    """It stands for the world outside, so it is told nothing but where to listen and to remember."""
    url, memory = simulator_url(settings), settings.data_dir / "simulator" / "world.json"
    return Program(
        name="simulator",
        command=(sys.executable, "-m", "simulator"),
        is_ready=lambda _: probes.answers(f"{url}/livez"),
        prepare=lambda: memory.parent.mkdir(mode=0o700, exist_ok=True),
        environment={
            **_for_servers(),
            "HOLDFAST_SIMULATOR_PORT": str(settings.simulator_port),
            "HOLDFAST_SIMULATOR_DATA_FILE": str(memory),
        },
        directory=ROOT,
    )


async def _prepare_temporal(settings: Settings) -> None:
    client = await connect(settings)
    await search_attributes.register(client)
    await search_attributes.keep_a_week(client)


def _for_servers() -> dict[str, str]:
    return {name: os.environ[name] for name in _FOR_SERVERS if name in os.environ}
