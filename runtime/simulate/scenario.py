"""A scenario: how a conversation starts, and who does what when. Read from YAML, checked in full."""

import re
from itertools import pairwise
from typing import Annotated, Any, Final, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from channels.whatsapp import CAPABILITIES as WHATSAPP
from domain.channels import ChannelName
from domain.commands import (
    AnyCommand,
    CloseSession,
    End,
    ForceClose,
    Park,
    Pick,
    Release,
    Send,
    Withdraw,
)
from domain.conversations import MailKind
from domain.timers import TimerPolicy
from domain.values import Value
from runtime.simulate.durations import Duration, parsed

SERVICE_WINDOWS: Final = {ChannelName.WHATSAPP: WHATSAPP.service_window}
"""The channels of this build."""

VERBS: Final[dict[str, type[AnyCommand]]] = {
    "pick": Pick,
    "send": Send,
    "template": Send,
    "park": Park,
    "withdraw": Withdraw,
    "end": End,
    "close_session": CloseSession,
    "release": Release,
    "force_close": ForceClose,
}
_WITH_WORDS: Final = ("send", "template", "park")
_ORDER: Final = re.compile(r"(?P<verb>\w+)(?:\s+(?P<words>.+))?", re.DOTALL)
_REPORTS: Final = (MailKind.WINDOW_REFUSED, MailKind.CUSTOMER_OPTED_OUT)


class Order(Value):
    """What an agent does; `words` is a text, or the name of a template."""

    verb: str
    words: str = ""


def _order(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = _ORDER.fullmatch(value.strip())
    verb, words = (match["verb"], match["words"] or "") if match else ("", "")
    if verb not in VERBS:
        raise ValueError(f"an agent can: {', '.join(VERBS)}")
    if bool(words) != (verb in _WITH_WORDS):
        raise ValueError(f"`{verb}` {'needs words' if verb in _WITH_WORDS else 'takes no words'}")
    return Order(verb=verb, words=_unquoted(words))


def _unquoted(words: str) -> str:
    if words[:1] not in {"'", '"'}:
        return words
    if len(words) < len("''") or words[-1] != words[0]:
        raise ValueError("the quote does not end; to YAML ` #` begins a comment: quote the whole value")
    return words[1:-1]


class _Written(BaseModel):
    """What people type: a name that we do not know is a typo."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Words: TypeAlias = Annotated[str, Field(min_length=1, max_length=4_000)]


class Step(_Written):
    """One thing that somebody does, `at` so long after the start."""

    at: Duration
    customer: Words | None = None
    agent: Annotated[Order, BeforeValidator(_order)] | None = None
    provider: MailKind | None = None
    by: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9 ]{0,39}$")] = "Ana"
    supervisor: bool = False

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if sum(each is not None for each in (self.customer, self.agent, self.provider)) != 1:
            raise ValueError("say one of `customer`, `agent`, `provider`")
        if self.provider is not None and self.provider not in _REPORTS:
            raise ValueError(f"a provider reports: {', '.join(_REPORTS)}")
        return self


class Scenario(_Written):
    """The whole script."""

    title: Words
    channel: ChannelName = ChannelName.WHATSAPP
    timers: TimerPolicy = TimerPolicy()
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=500)]

    @field_validator("channel")
    @classmethod
    def _is_simulated(cls, channel: ChannelName) -> ChannelName:
        if channel not in SERVICE_WINDOWS:
            raise ValueError(f"this build has: {', '.join(SERVICE_WINDOWS)}")
        return channel

    @field_validator("timers", mode="before")
    @classmethod
    def _with_durations(cls, timers: Any) -> Any:  # noqa: ANN401 - what YAML holds
        if not isinstance(timers, dict):
            return timers
        if unknown := sorted(str(name) for name in timers if name not in TimerPolicy.model_fields):
            raise ValueError(f"no such timer: {', '.join(unknown)}. There are: {', '.join(_TIMERS)}")
        return {name: _timer(name, value) for name, value in timers.items()}

    @field_validator("steps")
    @classmethod
    def _in_order(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        if steps[0].customer is None:
            raise ValueError("the first step is the customer's: a conversation begins with a message")
        for number, (before, after) in enumerate(pairwise(steps), start=2):
            if after.at < before.at:
                raise ValueError(f"step {number} is earlier than the one before it")
        return steps


def _timer(name: str, value: Any) -> Any:  # noqa: ANN401 - what YAML holds
    """There is one queue in a scenario: who waits in it for too long goes nowhere else."""
    if name == "same_agent":
        return value
    duration = parsed(value)
    return {"after": duration} if name == "queue_overflow" and duration else duration


_TIMERS: Final = tuple(TimerPolicy.model_fields)
