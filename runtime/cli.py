"""The command line: `./holdfast COMMAND`."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer
import uvloop
from pydantic import SecretStr, ValidationError
from rich.console import Console
from rich.table import Table

from domain.errors import ConfigurationError
from runtime import doctor as examination
from runtime import keyring, logging, operating, replaying, settings, telemetry
from runtime.embedded import data_dir, ports
from runtime.embedded.defaults import resolve
from runtime.embedded.demo import Demo, open_demo
from runtime.embedded.stack import addresses, parts
from runtime.embedded.up import keep_up
from runtime.page_width import page_width
from runtime.process import run_main
from runtime.serve import serve as serve_app
from runtime.settings import Settings
from runtime.timeline.gathering import timeline_of
from runtime.timeline.showing import as_json, as_table
from storage import migrate as migrations

_DOWN_TIMEOUT: Final = 120
_MARKS: Final = {
    examination.Verdict.GOOD: "[green]good[/]",
    examination.Verdict.UNSURE: "[yellow]?[/]",
    examination.Verdict.BAD: "[red]bad[/]",
}

app = typer.Typer(
    help="Holdfast, an omnichannel conversation engine.", no_args_is_help=True, add_completion=False
)
keys = typer.Typer(help="Secret keys.", no_args_is_help=True)
app.add_typer(keys, name="keys")
admins = typer.Typer(help="People who administer.", no_args_is_help=True)
app.add_typer(admins, name="admins")
console = Console(highlight=False, soft_wrap=True, width=page_width(is_terminal=sys.stdout.isatty()))


@app.command()
def up() -> None:
    """Run everything on this machine until Ctrl-C: servers, API, console, worker and simulator."""
    run_main(_up())


@app.command()
def down() -> None:
    """Stop the stack that runs on this machine, from another terminal."""
    run_main(_down())


@app.command()
def doctor() -> None:
    """Check whether Holdfast can run here, and say what to do if not."""
    run_main(_doctor())


@app.command()
def migrate() -> None:
    """Bring the database up to date with this release."""
    run_main(_migrate())


@app.command()
def promote() -> None:
    """Prepare Temporal, and let new conversations begin on this build (HOLDFAST_BUILD_ID)."""
    run_main(_promote())


@app.command()
def resume(
    conversation: Annotated[UUID | None, typer.Argument(help="Only this one; else all.")] = None,
) -> None:
    """Take running conversations up again: after a restore, or when a workflow was terminated."""
    run_main(_resume(conversation))


@app.command()
def timeline(
    conversation: UUID,
    *,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    with_text: Annotated[bool, typer.Option("--with-text", help="Show what was said, too.")] = False,
) -> None:
    """Show all that happened in one conversation: messages, commands, timers, attempts."""
    run_main(_timeline(conversation, json=json, with_text=with_text))


@app.command()
def replay(
    folder: Annotated[
        Path | None, typer.Argument(exists=True, file_okay=False, help="Exported histories, *.json.")
    ] = None,
    *,
    namespace_histories: Annotated[
        int, typer.Option(min=0, max=10_000, help="So many of the newest conversations, too.")
    ] = 0,
) -> None:
    """Replay histories on this code, before it is released. Status 1: it could not follow one."""
    run_main(_replay(folder, namespace_histories))


@app.command()
def simulate(
    scenario: Annotated[Path, typer.Argument(help="A YAML file, as those in docs/scenarios.")],
    *,
    hours: Annotated[float, typer.Option(min=0, max=87_600, help="How long it lasts.")] = 72,
    mermaid: Annotated[Path | None, typer.Option(help="Write a sequence diagram here, too.")] = None,
) -> None:
    """Play a scripted conversation; its days pass in seconds. Nothing else needs to run."""
    run_main(_simulate(scenario, timedelta(hours=hours), mermaid))


@admins.command("new")
def new_admin(email: str, name: str) -> None:
    """Let in the first admin. The password is asked for."""
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    run_main(_new_admin(email, name, SecretStr(password)))


@app.command()
def serve() -> None:
    """Serve the API and the console."""
    run_main(_serve(), loop_factory=uvloop.new_event_loop)


@keys.command("reseal")
def reseal() -> None:
    """Seal stored secrets with the first key. An older key, not needed for them any more, may go."""
    run_main(_reseal())


@keys.command("new")
def new_key() -> None:
    """Print a fresh key for HOLDFAST_SECRET_KEYS. Put it first; keep the older ones behind it."""
    print(keyring.new_key())  # noqa: T201


async def _up() -> None:
    wanted = settings.read()
    if not wanted.is_embedded:
        raise ConfigurationError(
            "`up` is for HOLDFAST_MODE=embedded. In production run worker.py and `serve`."
        )
    resolved = resolve(wanted)
    resolved.check()
    data_dir.prepare(resolved.data_dir)
    demo = open_demo(resolved.data_dir, addresses(resolved))
    await keep_up(
        resolved.data_dir,
        parts(resolved, demo),
        tell=_tell,
        before=partial(ports.refuse_busy, resolved),
        when_ready=partial(_print_addresses, demo),
    )


async def _down() -> None:
    directory = settings.read().data_dir
    pid = data_dir.running_stack(directory)
    if pid is None:
        return _tell(f"no stack is running on {directory}")
    os.kill(pid, signal.SIGTERM)
    async with asyncio.timeout(_DOWN_TIMEOUT):
        while data_dir.running_stack(directory) == pid:  # noqa: ASYNC110 - another process's lock
            await asyncio.sleep(0.1)
    return _tell("stopped")


async def _doctor() -> int:
    findings = await examination.examine(_resolved())
    table = Table(show_header=False, box=None)
    for finding in findings:
        table.add_row(_MARKS[finding.verdict], finding.subject, finding.text)
    console.print(table)
    return int(any(finding.verdict is examination.Verdict.BAD for finding in findings))


async def _migrate() -> None:
    applied = await migrations.migrate(_resolved().database_url.get_secret_value())
    _tell(f"applied {', '.join(applied)}" if applied else "nothing to apply")


async def _promote() -> None:
    loaded = _resolved()
    await operating.promote(loaded)
    _tell(f"new conversations begin on build {loaded.build_id}")


async def _resume(conversation: UUID | None) -> None:
    _tell(f"{await operating.resume(_resolved(), conversation)} conversations are taken up again")


async def _timeline(conversation: UUID, *, json: bool, with_text: bool) -> None:
    found = await timeline_of(_resolved(), conversation)
    if json:
        return _tell(as_json(found, with_text=with_text))
    return console.print(as_table(found, with_text=with_text))


async def _replay(folder: Path | None, newest: int) -> int:
    broken = total = 0
    async for each in replaying.replayed(_resolved(), folder, newest):
        _tell(str(each))
        total, broken = total + 1, broken + bool(each.fault)
    _tell(f"{total} histories, {broken} broken")
    return int(broken > 0)


async def _reseal() -> None:
    _tell(f"{await operating.reseal(_resolved())} secrets are sealed with the first key")


async def _simulate(file: Path, lasting: timedelta, mermaid: Path | None) -> None:
    # Here, because it brings along a part of Temporal that is made for tests.
    from runtime.simulate import reading, scene, showing, stage  # noqa: PLC0415

    scenario = reading.read_scenario(file)
    lines = scene.lines_of(await stage.play(scenario, lasting))
    _tell(showing.as_text(scenario.title, lines))
    if mermaid is not None:
        await asyncio.to_thread(showing.save, mermaid, showing.as_mermaid(scenario.title, lines))


async def _new_admin(email: str, name: str, password: SecretStr) -> None:
    try:
        await operating.make_admin(_resolved(), name=name, email=email, password=password)
    except ValidationError as error:
        raise ConfigurationError(
            f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}."
        ) from None
    _tell(f"{email} can sign in")


async def _serve() -> None:
    # Here, because the other commands must work without the whole API in memory.
    from api.app import create_app  # noqa: PLC0415
    from console.app import mount  # noqa: PLC0415
    from runtime.wiring import open_services  # noqa: PLC0415

    loaded = settings.load()
    with telemetry.tracing("api", loaded.build_id) as tracing:
        logging.configure(loaded.log_level, loaded.log_format, also=tracing.log_processors)
        app = create_app(partial(open_services, loaded, tracing), loaded.temporal_ui_url)
        mount(app, is_secure=loaded.public_url.startswith("https://"))
        await serve_app(tracing.requests(app), loaded)


def _resolved() -> Settings:
    wanted = settings.read()
    return resolve(wanted) if wanted.is_embedded else wanted


def _tell(line: str) -> None:
    console.print(line, markup=False)


def _print_addresses(demo: Demo) -> None:
    table = Table(title="Holdfast is up. Ctrl-C stops it; the data stays.", title_justify="left")
    table.add_column("what")
    table.add_column("where", overflow="fold")
    for name, address in demo.addresses.items():
        table.add_row(name, address)
    table.add_section()
    for person in demo.sign_ins:
        table.add_row(f"sign in as {person.role}", f"{person.email}  {person.password}")
    console.print(table)
