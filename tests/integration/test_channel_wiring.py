"""What is opened for every process: all channels, each under its own name."""

from uuid import UUID

import pytest
from pydantic import SecretStr

from channels.extras import TemplateDirectory
from domain.channels import ChannelName, is_live
from runtime.channels import open_channels
from runtime.keyring import new_key
from runtime.settings import Settings


@pytest.fixture
def settings() -> Settings:
    return Settings(secret_keys=(SecretStr(new_key()),))


class Silent:
    """Nobody is shown anything."""

    async def agent_types(self, widget_id: UUID, address: str, name: str | None) -> None:
        pass

    async def agent_read(self, widget_id: UUID, provider_message_id: str) -> None:
        pass


async def test_every_channel_is_there(settings: Settings) -> None:
    async with open_channels(settings, Silent()) as channels:
        assert set(channels) == set(ChannelName)
        assert all(channel.name is name for name, channel in channels.items())


async def test_every_address_has_a_route_and_says_whose_account_it_is(settings: Settings) -> None:
    async with open_channels(settings, Silent()) as channels:
        paths = [path for channel in channels.values() for path in channel.callbacks.values()]
    assert len(set(paths)) == len(paths)
    assert all(path.startswith("/webhooks/") and "{account_id}" in path for path in paths)


async def test_only_whatsapp_lists_templates(settings: Settings) -> None:
    async with open_channels(settings, Silent()) as channels:
        listed = [name for name, each in channels.items() if isinstance(each, TemplateDirectory)]
    assert listed == [ChannelName.WHATSAPP]


async def test_wherever_data_leaves_somebody_must_know(settings: Settings) -> None:
    async with open_channels(settings, Silent()) as channels:
        leaving = {name for name, each in channels.items() if each.capabilities.data_goes_to}
    assert leaving == {name for name in ChannelName if not is_live(name)}
