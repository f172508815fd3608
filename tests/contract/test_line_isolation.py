"""What one broken event of a webhook may cost: itself."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import UnreadableWebhook
from domain.messages import MessageReceived, Text
from tests.contract import line_samples as line


def test_what_no_database_stores_is_replaced() -> None:
    event = line.payload("text")["events"][0]
    event["message"] = {"id": "1", "type": "text", "text": "a\x00b\ud83dc"}
    (found,) = line.parsed(line.an_envelope(event)).events
    assert isinstance(found, MessageReceived)
    assert found.content == Text(text="a\ufffdb\ufffdc")


def test_inv1_one_broken_event_costs_none_of_its_neighbours() -> None:
    found = line.parsed(line.body("batch_with_poison"))
    texts = [
        event.content.text
        for event in found.events
        if isinstance(event, MessageReceived) and isinstance(event.content, Text)
    ]
    assert texts == ["first", "second", "another person"]
    (broken,) = found.unreadable
    assert json.loads(broken.raw) == line.payload("batch_with_poison")["events"][1]
    assert "from nobody" not in broken.why


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(
    name=st.sampled_from([name for name in line.names() if name != "verify"]),
    field=st.sampled_from(["type", "source", "timestamp", "message", "postback", "webhookEventId"]),
    inner=st.sampled_from([None, "id", "text", "emojis", "latitude", "type", "data", "userId"]),
    value=JSON,
)
def test_inv1_no_value_in_any_place_breaks_the_batch(
    name: str, field: str, inner: str | None, value: object
) -> None:
    event = line.payload(name)["events"][0]
    if inner is not None and isinstance(event.get(field), dict):
        event[field][inner] = value
    else:
        event[field] = value
    good = line.payload("text")["events"][0]
    found = line.parsed(line.an_envelope(event, good), groups="serve")
    assert len(found.events) + len(found.unreadable) == 2
    assert any(
        isinstance(each, MessageReceived) and each.content == Text(text="Hello, world! (love)")
        for each in found.events
    )
    assert all("\x00" not in each.model_dump_json() for each in found.events)


@pytest.mark.parametrize("item", [None, 7, "text", [], {}, {"type": "message"}, [[[]]]])
def test_an_event_that_is_none_is_kept_as_it_came(item: object) -> None:
    (broken,) = line.parsed(line.an_envelope(item)).unreadable
    assert json.loads(broken.raw) == item


@pytest.mark.parametrize(
    "content",
    [
        b'{"events": {}}',
        b'{"destination": "x", "events": [{}]}',
        b'{"events": [{}]}',
        b"[" * 100_000,
        b'{"destination": 1' + b"0" * 5000 + b', "events": []}',
        '{"events": []}'.encode("utf-16"),
    ],
)
def test_a_body_in_which_no_event_can_be_told_from_another_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableWebhook):
        line.parsed(content)
