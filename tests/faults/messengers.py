"""The messengers a run is about: who their customers are, and how the simulator names them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from application.demo_channels import CHANNELS
from domain.channels import ChannelName
from tests.stack import Stack

DEMO: Final = {each.channel: each for each in CHANNELS}


@dataclass(frozen=True)
class Messenger:
    """One channel of the demo. `address`: what its provider calls a customer of a run."""

    channel: ChannelName
    address: Callable[[int, int], str]
    lists_what_it_took: bool = False
    """So that a message whose webhook never set out can be asked for. Nobody else can find it."""

    @property
    def provider(self) -> str:
        """As the simulator calls who stands behind it."""
        return DEMO[self.channel].provider if self.channel in DEMO else "twilio"

    def business(self, stack: Stack) -> str:
        """To what the customers of the demo write."""
        known = DEMO.get(self.channel)
        return known.address if known else str(stack.demo["organization"]["number"])


WHATSAPP: Final = Messenger(
    ChannelName.WHATSAPP,
    lambda label, number: f"whatsapp:+1556{label}{number:06d}",
    lists_what_it_took=True,
)
LINE: Final = Messenger(ChannelName.LINE, lambda label, number: f"U{label:x}{number:031x}")
RCS: Final = Messenger(ChannelName.RCS, lambda label, number: f"+1557{label}{number:06d}")
BUSINESS_MESSAGES: Final = Messenger(
    ChannelName.GOOGLE_BUSINESS_MESSAGES, lambda label, number: f"run-{label}-customer-{number}"
)
EVERY_ONE: Final = (WHATSAPP, LINE, RCS, BUSINESS_MESSAGES)


@dataclass(frozen=True)
class Person:
    """A customer. `address` is the same everywhere: at the provider and with us."""

    messenger: Messenger
    address: str
