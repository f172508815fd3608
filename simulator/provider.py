"""What the control API and the phone page ask of a provider's stand-in, and how one is put in."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from fastapi import APIRouter, Request
from fastapi.responses import Response

from simulator.records import Provider
from simulator.simulation import Simulation
from simulator.utterance import Said, Utterance


class StandIn(Protocol):
    """One simulated provider."""

    provider: Provider

    def address_of(self, text: str) -> str:
        """What people type, as this provider writes addresses."""
        ...

    async def hear(self, utterance: Utterance, base_url: str) -> Said:
        """A customer did something: put it on record and tell the application."""
        ...

    def read(self, business: str, customer: str) -> int:
        """The customer looked at the chat. Returns how many messages that concerns."""
        ...

    def window_ends_at(self, business: str, customer: str) -> datetime | None:
        """Until when free text may reach this customer; None if they never wrote."""
        ...

    def resume(self) -> None:
        """Carry on with every message that is still on its way."""
        ...

    def seed(self) -> None:
        """Put there what a fresh provider account has."""
        ...


AnswerError: TypeAlias = Callable[[Request, Exception], Awaitable[Response]]


@dataclass(frozen=True)
class Registration:
    """One provider: its stand-in, its routes, and how it tells its own errors."""

    make: Callable[[Simulation], StandIn]
    routers: tuple[APIRouter, ...]
    errors: Mapping[type[Exception], AnswerError] = field(default_factory=dict)
