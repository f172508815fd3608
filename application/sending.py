"""The channels as activities see them: a message goes in, whichever provider it leaves by."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from application.media_links import MediaLinks
from application.open_accounts import OpenAccount, OpenAccounts
from domain.channels import ChannelName
from domain.errors import AccountRejected, LookupNotOffered, NotFound
from domain.ids import AccountId
from domain.messages import Media, OutboundMessage, Receipt
from storage.provider_names import ProviderNames

# Where each channel reports what became of a message. Our id travels in the address, because a
# report may arrive before the provider's own id is known here.
STATUS_PATHS: Final[Mapping[ChannelName, str]] = {
    ChannelName.WHATSAPP: "/webhooks/twilio/{account_id}/status?message_id={message_id}",
}


class Sending:
    """Completes a message with what only this deployment knows, and gives it to its channel."""

    def __init__(
        self, open_accounts: OpenAccounts, names: ProviderNames, links: MediaLinks, public_url: str
    ) -> None:
        self._open_accounts = open_accounts
        self._names = names
        self._links = links
        self._public_url = public_url

    async def send(self, account_id: AccountId, message: OutboundMessage) -> Receipt:
        """Hand one message to the provider. Raise ChannelError."""
        account = await self._account(account_id)
        return await account.channel.send(self._complete(account, message), account.credentials)

    async def find_sent(
        self, account_id: AccountId, message: OutboundMessage, since: datetime
    ) -> Receipt | None:
        """Ask the provider whether it took this message since then; None: it may be sent again."""
        account = await self._account(account_id)
        offered = account.channel.capabilities
        if offered.idempotent_send:
            return None  # it is sent again with the same key, which makes it the same request
        if not offered.sends_can_be_looked_up:
            raise LookupNotOffered("This provider cannot be asked what it took.")
        known = await self._names.of_others(message.message_id)
        return await account.channel.find_sent(
            self._complete(account, message), account.credentials, since, already_known=known
        )

    async def _account(self, account_id: AccountId) -> OpenAccount:
        try:
            return await self._open_accounts.get(account_id)
        except NotFound as error:
            raise AccountRejected(f"The account of this endpoint is gone: {error}") from error

    def _complete(self, account: OpenAccount, message: OutboundMessage) -> OutboundMessage:
        path = STATUS_PATHS.get(account.channel.name)
        return message.model_copy(
            update={
                "media_urls": self._media_urls(message),
                "status_callback_url": path and self._public_url + _filled(path, account, message),
            }
        )

    def _media_urls(self, message: OutboundMessage) -> tuple[str, ...]:
        if not isinstance(message.content, Media):
            return ()
        return tuple(self._links.link(item.media_id) for item in message.content.items)


def _filled(path: str, account: OpenAccount, message: OutboundMessage) -> str:
    return path.format(account_id=account.credentials.account_id, message_id=message.message_id)
