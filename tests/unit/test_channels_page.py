"""The matrix that is drawn from the adapters is the one that is kept."""

from channels.matrix import ADAPTERS, CAPABILITIES, FILE, redrawn
from domain.channels import ChannelName


def test_the_matrix_of_channels_is_fresh() -> None:
    page = FILE.read_text()
    assert page == redrawn(page), "run `make channels` and look at the difference"


def test_the_matrix_has_every_channel() -> None:
    assert set(CAPABILITIES) == set(ADAPTERS) == set(ChannelName)
