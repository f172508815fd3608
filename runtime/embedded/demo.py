"""The demo organisation of an embedded stack, and the file that tells people and tests the way in."""

import os
import secrets
from pathlib import Path
from typing import Final

import httpx2
from pydantic import Field, SecretStr

from application.demo import DemoOrganization, DemoPerson, DemoSummary
from application.passwords import Passwords
from domain.configuration import Role
from domain.values import Value
from runtime.embedded.defaults import simulator_url
from runtime.settings import Settings
from runtime.temporal import connect
from runtime.wiring import open_application, open_configuration

_PEOPLE: Final = (
    (Role.ADMIN, "Alex Admin", "alex@demo.example"),
    (Role.SUPERVISOR, "Sam Supervisor", "sam@demo.example"),
    (Role.AGENT, "Ana Agent", "ana@demo.example"),
    (Role.AGENT, "Ben Agent", "ben@demo.example"),
    (Role.OPERATOR, "Ola Operator", "ola@demo.example"),
)


class SignIn(Value):
    """How one person of the demo signs in."""

    role: Role
    name: str
    email: str
    password: str = Field(repr=False)


class Demo(Value):
    """Who is in the demo, where its parts are, and what it consists of once it has been made."""

    sign_ins: tuple[SignIn, ...]
    addresses: dict[str, str] = Field(default_factory=dict)
    organization: DemoSummary | None = None


def open_demo(data_dir: Path, addresses: dict[str, str]) -> Demo:
    """The demo of this data directory: its passwords are drawn once, its addresses may change."""
    file = _file(data_dir)
    known = Demo.model_validate_json(file.read_text()) if file.exists() else Demo(sign_ins=())
    demo = known.model_copy(update={"addresses": addresses, "sign_ins": _complete(known.sign_ins)})
    _save(demo, data_dir)
    return demo


async def create(settings: Settings, demo: Demo) -> None:
    """Make the organisation, unless it is there already, and connect it to the running simulator."""
    client = await connect(settings, lazy=True)
    async with (
        open_application(settings, client) as application,
        httpx2.AsyncClient(base_url=simulator_url(settings), trust_env=False) as simulator,
    ):
        configuration = open_configuration(settings, application, Passwords())
        organization = DemoOrganization(
            configuration=configuration, accounts=application.accounts, simulator=simulator
        )
        known_keys = demo.organization.api_keys if demo.organization else {}
        summary = await organization.ensure(_people(demo), known_keys)
    _save(demo.model_copy(update={"organization": summary}), settings.data_dir)


def _people(demo: Demo) -> list[DemoPerson]:
    return [
        DemoPerson(
            role=person.role, name=person.name, email=person.email, password=SecretStr(person.password)
        )
        for person in demo.sign_ins
    ]


def _complete(known: tuple[SignIn, ...]) -> tuple[SignIn, ...]:
    """Those we know, and passwords for people who came with a later release."""
    emails = {person.email for person in known}
    added = (
        SignIn(role=role, name=name, email=email, password=secrets.token_urlsafe(9))
        for role, name, email in _PEOPLE
        if email not in emails
    )
    return (*known, *added)


def _file(data_dir: Path) -> Path:
    return data_dir / "demo.json"


def _save(demo: Demo, data_dir: Path) -> None:
    """It holds passwords and API keys: for its owner only."""
    draft = _file(data_dir).with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(demo.model_dump_json(indent=2))
    draft.replace(_file(data_dir))
