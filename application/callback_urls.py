"""The addresses that an admin copies into the provider's console."""

from collections.abc import Mapping

from channels.base import Channel
from domain.channels import ChannelName
from domain.configuration import Account


class CallbackUrls:
    """Where providers call us. `public_url` is this deployment as the internet sees it."""

    def __init__(self, public_url: str, channels: Mapping[ChannelName, Channel]) -> None:
        self.public_url = public_url.rstrip("/")
        self._channels = channels

    def of(self, account: Account) -> dict[str, str]:
        """The addresses of one account, by what is sent there."""
        channel = self._channels.get(account.channel)
        paths = channel.callbacks if channel else {}
        return {
            name: self.public_url + path.format(account_id=account.account_id)
            for name, path in paths.items()
        }
