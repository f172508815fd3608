"""Partners of Google's in the simulator, whose agents call the application."""

from tests.contract import google_samples as google
from tests.contract.simulated_twilio import Application, Simulator


def furnish_business(simulator: Simulator, application: Application) -> Simulator:
    """An agent of Business Messages."""
    _account(simulator, "gbm", "partner-1")
    _agent(simulator, "gbm", "partner-1", google.AGENT, f"{application.url}/gbm")
    return simulator


def furnish_rcs(simulator: Simulator, application: Application) -> Simulator:
    """An agent of RCS, and a customer with RCS."""
    _account(simulator, "rcs", "rcs-partner")
    _agent(simulator, "rcs", "rcs-partner", google.RCS_AGENT, f"{application.url}/rcs")
    customer(simulator)
    return simulator


def customer(simulator: Simulator, **changes: object) -> None:
    """Change the customer with RCS."""
    simulator.control("customers", {"provider": "rcs", "phone": google.PHONE} | changes)


def _account(simulator: Simulator, provider: str, sid: str) -> None:
    account = {"provider": provider, "sid": sid, "auth_token": google.TOKEN}
    keys = {google.EMAIL: google.public_pem().decode()}
    simulator.control("accounts", account | {"api_keys": keys})


def _agent(simulator: Simulator, provider: str, sid: str, address: str, url: str) -> None:
    number = {"provider": provider, "account_sid": sid, "number": address, "inbound_url": url}
    simulator.control("numbers", number)
