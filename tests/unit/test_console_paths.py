"""Addresses of the console, and where it refuses to send people."""

from uuid import UUID

import pytest

from console import paths
from tests.views import CONVERSATION


def test_a_conversation_is_found_by_its_own_address() -> None:
    assert paths.conversation_in(paths.conversation(CONVERSATION)) == CONVERSATION


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/agent/",
        "/agent/conversations/",
        "/agent/conversations/" + "-" * 36,
        f"//evil.example/agent/conversations/{CONVERSATION}",
        f"https://evil.example/agent/conversations/{CONVERSATION}",
        f"/agent/conversations/{CONVERSATION}/../../..",
        "javascript:alert(1)",
    ],
)
def test_after_signing_in_nobody_is_sent_anywhere_but_to_a_page_of_ours(path: str) -> None:
    assert paths.conversation_in(path) is None
    assert paths.after_sign_in(path) == "/agent/"


def test_after_signing_in_one_is_where_one_wanted_to_be() -> None:
    wanted = paths.conversation(UUID(int=7))
    assert paths.after_sign_in(wanted) == wanted
