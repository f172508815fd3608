"""Whatever Google's keys may sign, reading it never breaks, and nothing unstorable comes through."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.webhooks import Parsed
from domain.errors import UnreadableWebhook
from tests.contract import google_samples as google

MINE = google.credentials()
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(
        [google.AGENT, google.CONVERSATION, google.PHONE, google.RCS_AGENT, "READ", "\x00"]
    ),
)
NAMES = sorted(
    {
        name
        for folder in ("google_business_messages", "rcs")
        for path in (google.PAYLOADS / folder).glob("*.json")
        for name in json.loads(path.read_text())
    }
    | {"text", "payload", "fileUri", "isTyping", "receipts", "latitude", "longitude", "userInfo"}
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=20,
)
BODIES = st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=8)


def _mangled(folder: str) -> st.SearchStrategy[dict[str, Any]]:
    """A documented payload of which some fields were replaced."""
    names = sorted(path.stem for path in (google.PAYLOADS / folder).glob("*.json"))
    whole = st.sampled_from(names).map(lambda name: google.payload(folder, name))
    return st.builds(lambda body, changes: {**body, **changes}, whole, BODIES)


def _require_storable(parsed: Parsed) -> None:
    for event in parsed.events:
        assert "\\u0000" not in event.model_dump_json()
    for piece in parsed.unreadable:
        json.loads(piece.raw)


@settings(max_examples=150, deadline=None)
@given(_mangled("google_business_messages") | BODIES)
def test_a_body_of_business_messages_is_read_or_put_aside(body: dict[str, Any]) -> None:
    channel, request = google.a_business_reader(), google.a_business_request(body)
    channel.verify(request, MINE)
    try:
        _require_storable(channel.parse(request, MINE))
    except UnreadableWebhook:
        assert not body


@settings(max_examples=150, deadline=None)
@given(_mangled("rcs") | BODIES)
def test_an_event_of_rcs_is_read_or_put_aside(event: dict[str, Any]) -> None:
    channel, request = google.an_rcs_reader(), google.an_rcs_request(event)
    channel.verify(request, MINE)
    try:
        _require_storable(channel.parse(request, MINE))
    except UnreadableWebhook:
        assert not event
