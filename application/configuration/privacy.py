"""Before a channel is switched on, somebody confirms that customers' data leaves for its provider."""

from collections.abc import Mapping
from typing import Final

from application.adapters import adapter_of
from channels.base import Channel
from domain.channels import Capabilities, ChannelName, Region
from domain.configuration import Account
from domain.errors import InvalidInput, NotFound
from domain.ids import AccountId
from domain.values import Value
from storage.organization import Organizations
from storage.privacy import Acknowledgement, Acknowledgements

VERSION: Final = "1"
"""Counted up with every change of what the text means."""
TEXT: Final = (
    "What customers and agents write over this channel, with names, addresses and files, passes through"
    " {recipient}, outside of this deployment and under that company's own terms. It may be processed"
    " in other countries than yours. Tell your customers so, and enable the channel only if your"
    " organisation may have their data processed there."
)


class PrivacyNotice(Value):
    """What is to be acknowledged, and by whom it was. `text` is empty when no data leaves."""

    version: str
    text: str
    is_acknowledged: bool
    acknowledgements: tuple[Acknowledgement, ...] = ()


class EnablingRules:
    """What must be so before an account may be enabled."""

    def __init__(
        self,
        *,
        channels: Mapping[ChannelName, Channel],
        acknowledgements: Acknowledgements,
        organizations: Organizations,
    ) -> None:
        self._channels = channels
        self._acknowledgements = acknowledgements
        self._organizations = organizations

    async def notice(self, account: Account) -> PrivacyNotice:
        """The text of today, and what was acknowledged so far."""
        recipient = self._capabilities(account.channel).data_goes_to
        found = await self._acknowledgements.of(account.account_id)
        return PrivacyNotice(
            version=VERSION,
            text=TEXT.format(recipient=recipient) if recipient else "",
            is_acknowledged=not recipient or any(each.version == VERSION for each in found),
            acknowledgements=tuple(found),
        )

    def is_needless(self, channel: ChannelName) -> bool:
        """Nothing leaves for anybody."""
        return self._capabilities(channel).data_goes_to is None

    async def acknowledge(self, account_id: AccountId, version: str, by: str) -> bool:
        """On record from now on. False when it was before. Raise InvalidInput for an old text."""
        require_current(version)
        return await self._acknowledgements.add(account_id, version, by)

    async def require_region(self, channel: ChannelName, region: Region | None = None) -> None:
        """Raise InvalidInput where this channel must not be used.

        The organisation does not move before the transaction ends in which this is asked.
        """
        region = region or await self._region()
        if region in self._capabilities(channel).forbidden_regions:
            raise InvalidInput(
                f"{channel} must not be used in the region {region}.", field="channel", region=region
            )

    async def require(self, account: Account) -> None:
        """Raise InvalidInput unless this account may be enabled now."""
        await self.require_region(account.channel)
        if not (await self.notice(account)).is_acknowledged:
            raise InvalidInput(
                f"Read the privacy notice of this account and acknowledge its version {VERSION} first,"
                " at POST …/privacy-acknowledgement.",
                field="enabled",
            )

    async def _region(self) -> Region:
        try:
            return (await self._organizations.held()).region
        except NotFound:  # nothing is set up yet, so nothing forbids it
            return Region.COMMERCIAL

    def _capabilities(self, name: ChannelName) -> Capabilities:
        return adapter_of(self._channels, name).capabilities


def require_current(version: str) -> None:
    """Raise InvalidInput for another version of the text than today's."""
    if version != VERSION:
        raise InvalidInput(
            f"The privacy notice has the version {VERSION} now. Read it again.", field="version"
        )
