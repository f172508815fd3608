"""The channels as activities see them: a message goes in, whichever provider it leaves by."""

from datetime import datetime
from typing import Final

from application.media_links import MediaLinks
from application.open_accounts import OpenAccount, OpenAccounts
from channels.extras import SentLookup
from domain.errors import AccountRejected, LookupNotOffered, NotFound
from domain.ids import AccountId
from domain.messages import OutboundMessage, Receipt, files_of
from storage.blobs import Part
from storage.provider_names import ProviderNames

# Our id travels in the address to which a channel reports what became of a message, because a
# report may arrive before the provider's own id is known here.
STATUS_QUERY: Final = "?message_id={message_id}"


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
        if not isinstance(account.channel, SentLookup):
            raise LookupNotOffered("This provider cannot be asked what it took.")
        known = await self._names.of_others(message.message_id)
        return await account.channel.find_sent(
            self._complete(account, message), account.credentials, since, already_known=known
        )

    async def takes_keys(self, account_id: AccountId) -> bool:
        """Whether a message may be sent again at any time: its provider knows it by our key."""
        try:
            account = await self._account(account_id)
        except AccountRejected:
            return False  # whoever sends or asks will say so
        return account.channel.capabilities.idempotent_send

    async def _account(self, account_id: AccountId) -> OpenAccount:
        try:
            return await self._open_accounts.get(account_id)
        except NotFound as error:
            raise AccountRejected(f"The account of this endpoint is gone: {error}") from error

    def _complete(self, account: OpenAccount, message: OutboundMessage) -> OutboundMessage:
        path = account.channel.callbacks.get("status")
        return message.model_copy(
            update={
                "media_urls": self._media_urls(message),
                "preview_urls": self._preview_urls(message),
                "status_callback_url": path
                and self._public_url + _filled(path + STATUS_QUERY, account, message),
            }
        )

    def _media_urls(self, message: OutboundMessage) -> tuple[str, ...]:
        return tuple(self._links.link(item.media_id) for item in files_of(message.content))

    def _preview_urls(self, message: OutboundMessage) -> tuple[str, ...]:
        return tuple(
            self._links.link(item.media_id, Part.THUMBNAIL) if item.thumbnail else ""
            for item in files_of(message.content)
        )


def _filled(path: str, account: OpenAccount, message: OutboundMessage) -> str:
    return path.format(account_id=account.credentials.account_id, message_id=message.message_id)
