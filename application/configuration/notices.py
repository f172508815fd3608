"""What an admin is told about an account without having asked."""

from collections.abc import Sequence
from typing import Literal

from application.configuration.privacy import PrivacyNotice
from domain.channels import Capabilities
from domain.configuration import Account
from domain.values import Value


class Notice(Value):
    """One thing to know. `code` is stable; the message is for people."""

    code: Literal["incomplete", "privacy_not_acknowledged", "deprecated", "draining"]
    message: str


def notices(
    account: Account, capabilities: Capabilities, privacy: PrivacyNotice, problems: Sequence[str]
) -> list[Notice]:
    """In the order of their weight. `problems`: what keeps it from working, as its channel sees it."""
    found = [Notice(code="incomplete", message=" ".join(problems))] if problems else []
    if not privacy.is_acknowledged:
        found.append(_unacknowledged(account, privacy))
    if account.draining_since is not None:
        found.append(_draining(account))
    if capabilities.deprecated_on is not None:
        found.append(_deprecated(account, capabilities))
    return found


def _unacknowledged(account: Account, privacy: PrivacyNotice) -> Notice:
    state = "stays enabled" if account.enabled else "stays disabled until then"
    message = (
        f"Nobody has acknowledged version {privacy.version} of the privacy notice: the account {state}."
        " GET …/privacy-acknowledgement shows the text, POST acknowledges it."
    )
    return Notice(code="privacy_not_acknowledged", message=message)


def _draining(account: Account) -> Notice:
    message = (
        f"Draining since {account.draining_since}: it takes no new conversations, and goes with its"
        " endpoints and templates when the last one is over. DELETE …/draining keeps it."
    )
    return Notice(code="draining", message=message)


def _deprecated(account: Account, capabilities: Capabilities) -> Notice:
    instead = " or ".join(capabilities.replaced_by)
    message = f"The provider of {account.channel} ended the service on {capabilities.deprecated_on}."
    return Notice(
        code="deprecated", message=f"{message} Connect {instead} instead." if instead else message
    )
