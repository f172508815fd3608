"""The addresses that an admin copies into the provider's console."""

from collections.abc import Mapping
from typing import Final

from domain.channels import ChannelName
from domain.configuration import Account

# The middle of the path is the provider's name; the paths are fixed, providers are set up with them.
_PATHS: Final[Mapping[ChannelName, Mapping[str, str]]] = {
    ChannelName.WHATSAPP: {
        "messages": "/webhooks/twilio/{account_id}/messages",
        "status": "/webhooks/twilio/{account_id}/status",
    },
}


class CallbackUrls:
    """Where providers call us. `public_url` is this deployment as the internet sees it."""

    def __init__(self, public_url: str) -> None:
        self.public_url = public_url.rstrip("/")

    def of(self, account: Account) -> dict[str, str]:
        """The addresses of one account, by what is sent there."""
        paths = _PATHS.get(account.channel, {})
        return {
            name: self.public_url + path.format(account_id=account.account_id)
            for name, path in paths.items()
        }
