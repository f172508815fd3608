"""What can go wrong, as knobs that are turned at run time, and the dice that decide when it does."""

import asyncio
from random import Random
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Rate: TypeAlias = Annotated[float, Field(ge=0, le=1)]
RatedFault: TypeAlias = Literal[
    "rate_limited",
    "server_error",
    "answer_lost",
    "keyed_answer_lost",
    "taken_with_error",
    "lost_inbound",
    "duplicate_inbound",
    "reorder_inbound",
    "early_callbacks",
    "duplicate_callbacks",
    "shuffle_callbacks",
    "lost_callbacks",
]


class FaultPlan(BaseModel):
    """All knobs. Rates are probabilities from 0 (never) to 1 (always)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    down: bool = False
    """Nothing is answered and nothing is sent; what piled up is sent when the provider is back."""
    token_revoked: bool = False
    latency_ms: int = Field(default=0, ge=0, le=60_000)
    jitter_ms: int = Field(default=0, ge=0, le=60_000)
    rate_limited: Rate = 0
    retry_after_seconds: int = Field(default=1, ge=0, le=3600)
    server_error: Rate = 0
    """The request fails with a 5xx and was not taken."""
    answer_lost: Rate = 0
    """The message is taken, then the connection drops without an answer."""
    keyed_answer_lost: Rate = 0
    """The same, but only where a key makes repeating safe: LINE's push, Google's messages."""
    taken_with_error: Rate = 0
    """The message is taken, yet the answer is a 500."""
    lost_inbound: Rate = 0
    """The customer's message is on record, its webhook is never sent."""
    duplicate_inbound: Rate = 0
    reorder_inbound: Rate = 0
    """The webhook waits until the next one of the same customer has gone out."""
    hold_seconds: float = Field(default=2, gt=0, le=60)
    """The longest a reordered webhook waits for one to overtake it."""
    callback_delay_seconds: float = Field(default=0, ge=0, le=86_400)
    early_callbacks: Rate = 0
    """The first callback arrives before the request that created the message is answered."""
    duplicate_callbacks: Rate = 0
    shuffle_callbacks: Rate = 0
    lost_callbacks: Rate = 0


class Faults:
    """The current plan and its dice. One die per fault, so that one knob does not disturb another."""

    def __init__(self) -> None:
        self._up = asyncio.Event()
        self.set_plan(FaultPlan())

    def set_plan(self, plan: FaultPlan) -> None:
        """A new plan starts its dice afresh: the same seed gives the same run."""
        self.plan = plan
        self._dice: dict[str, Random] = {}
        if plan.down:
            self._up.clear()
        else:
            self._up.set()

    def strikes(self, fault: RatedFault) -> bool:
        rate: float = getattr(self.plan, fault)
        return rate > 0 and self._die(fault).random() < rate

    def latency_seconds(self) -> float:
        jitter = self._die("jitter").uniform(0, self.plan.jitter_ms)
        return (self.plan.latency_ms + jitter) / 1000

    async def until_up(self) -> None:
        await self._up.wait()

    def _die(self, name: str) -> Random:
        if name not in self._dice:
            self._dice[name] = Random(f"{self.plan.seed}/{name}")  # noqa: S311  (dice, not secrets)
        return self._dice[name]
