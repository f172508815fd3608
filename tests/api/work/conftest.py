"""An organisation with somebody who administers: without one, nobody may be changed."""

import pytest

from domain.configuration import Agent


@pytest.fixture(autouse=True)
def _somebody_administers(boss: Agent) -> None:
    """Only its being there matters."""
