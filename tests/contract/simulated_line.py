"""The stand-in for LINE, set up: a channel whose bot calls the application, and a friend of it."""

from typing import Final

from tests.contract import line_samples as line
from tests.contract.simulated_twilio import Application, Simulator

CHAT: Final = {"provider": "line", "from": line.CUSTOMER, "to": line.BOT}


def furnish(simulator: Simulator, application: Application, **details: str) -> None:
    """Add or change the bot; `details` are knobs of the stand-in."""
    account = {"provider": "line", "sid": line.CHANNEL_ID, "auth_token": line.SECRET}
    simulator.control("accounts", account | {"api_keys": {"long-lived": line.TOKEN}})
    number = {"provider": "line", "account_sid": line.CHANNEL_ID, "number": line.BOT, "name": "Bot"}
    url = f"{application.url}/line"
    simulator.control("numbers", number | {"inbound_url": url, "details": details})


def befriend(simulator: Simulator, **facts: str) -> None:
    """Somebody who added the bot and has not written yet."""
    friend = {"provider": "line", "phone": line.CUSTOMER, "profile_name": "Taro"}
    simulator.control("customers", friend | facts)


def say(simulator: Simulator, **words: object) -> str:
    """The friend does something; the id of the message it is or concerns."""
    message_id: str = simulator.control("say", CHAT | words)["message_id"]
    return message_id
