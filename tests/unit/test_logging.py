"""Logs: machine-readable, about one conversation, and without anything private (invariant 9)."""

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
import structlog

from runtime import redaction
from runtime.logging import configure
from runtime.redaction import REDACTED, redact_text
from runtime.settings import LogFormat

SECRETS = ("+14155550100", "whatsapp:+14155550100", "my knee hurts", "hunter2")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    # A server of another test brought uvicorn's own settings; ours start without them.
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)
    logging.getLogger("uvicorn").propagate = True
    yield
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def output() -> io.StringIO:
    stream = io.StringIO()
    configure("INFO", LogFormat.AUTO, stream)
    return stream


def line(output: io.StringIO) -> dict[str, object]:
    found: dict[str, object] = json.loads(output.getvalue())
    return found


def test_a_line_is_json_with_time_level_logger_and_event(output: io.StringIO) -> None:
    structlog.get_logger("holdfast").info("message stored", seq=7)
    found = line(output)
    assert found["event"] == "message stored"
    assert found["level"] == "info"
    assert found["logger"] == "holdfast"
    assert found["seq"] == 7
    assert str(found["timestamp"]).endswith("Z")


def test_a_line_says_which_conversation_it_is_about(output: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(conversation_id="c-1", account_id="a-1"):
        logging.getLogger("some.library").warning("slow")
    assert line(output)["conversation_id"] == "c-1"
    assert line(output)["account_id"] == "a-1"


def test_people_on_a_terminal_get_no_json() -> None:
    stream = Terminal()
    configure("INFO", LogFormat.AUTO, stream)
    structlog.get_logger().info("ready")
    assert "ready" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


@pytest.mark.parametrize(
    "key",
    [
        *("authorization", "auth_token", "secret", "password", "api_key", "Cookie", "X-Line-Signature"),
        *("body", "text", "message_text", "address", "to", "from", "customerPhone", "display_name"),
    ],
)
def test_inv9_a_private_key_shows_no_value(output: io.StringIO, key: str) -> None:
    structlog.get_logger().info("sent", **{key: "hunter2"})
    assert line(output)[key] == REDACTED


def test_inv9_private_keys_are_found_in_nested_values(output: io.StringIO) -> None:
    structlog.get_logger().info("got", form={"Body": SECRETS[2], "parts": [{"text": SECRETS[2]}]})
    assert SECRETS[2] not in output.getvalue()


@pytest.mark.parametrize("key", ["context", "addressed", "tokenizer", "content_type", "state", "name"])
def test_harmless_keys_stay_readable(output: io.StringIO, key: str) -> None:
    structlog.get_logger().info("sent", **{key: "plain"})
    assert line(output)[key] == "plain"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("to +14155550100 failed", "4155550100"),
        ("to +1 (415) 555-0100 failed", "555-0100"),
        ("GET /x?From=%2B14155550100 200", "4155550100"),
        ("from whatsapp:+14155550100", "4155550100"),
        ("GET /x?From=whatsapp%3A%2B14155550100", "4155550100"),
        ("from whatsapp:DE.1099", "DE.1099"),
        ("push to U4af4980629d1f8e5a3a3c5b6e7f80912", "4af4980629"),
        ("Authorization: Bearer abc.def-123", "abc.def-123"),
        ("connecting to postgresql://app:hunter2@db/x", "hunter2"),
    ],
)
def test_inv9_addresses_and_credentials_in_a_sentence_are_hidden(
    output: io.StringIO, text: str, hidden: str
) -> None:
    logging.getLogger("library").warning("%s", text)
    assert hidden not in output.getvalue()
    assert REDACTED in output.getvalue()


@pytest.mark.parametrize(
    "text", ["2026-11-20T14:28:51+00:00", "took 1234567890 ns", "a+1", "0192f0c1-7d3a-7c11-8000-3f7a"]
)
def test_times_durations_and_ids_are_not_mistaken_for_addresses(text: str) -> None:
    assert redact_text(text) == text


PRIVATE = (
    redaction._CREDENTIALS,
    redaction._URL_PASSWORD,
    redaction._CHANNEL_ADDRESS,
    redaction._LINE_ID,
    redaction._PHONE_NUMBER,
)


@pytest.mark.parametrize("pattern", PRIVATE, ids=lambda pattern: pattern.pattern)
def test_inv9_nothing_private_is_made_of_harmless_characters_only(pattern: re.Pattern[str]) -> None:
    signs = [chr(code) for code in range(128) if redaction._HARMLESS.fullmatch(chr(code))]
    words = ("bearer", "basic", "whatsapp", "rcs", "tel", "u" + "0" * 32, "//", "2b14155550100", "3a")
    made = [f"{one}{sign}{other}" for one in words for sign in signs for other in words]
    assert not [text for text in made if pattern.search(text)]


def test_inv9_exceptions_are_redacted(output: io.StringIO) -> None:
    try:
        int("+14155550100 is no number")
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("library").exception("failed")
    assert "ValueError" in output.getvalue()
    assert "4155550100" not in output.getvalue()


def test_inv9_extras_of_libraries_are_redacted(output: io.StringIO) -> None:
    logging.getLogger("library").warning("sent", extra={"body": SECRETS[2], "attempt": 2})
    assert line(output)["body"] == REDACTED
    assert line(output)["attempt"] == 2


def test_inv9_people_see_redacted_lines_too() -> None:
    stream = Terminal()
    configure("INFO", LogFormat.CONSOLE, stream)
    structlog.get_logger().info("to +14155550100", body=SECRETS[2], nested={"password": SECRETS[3]})
    assert not [secret for secret in SECRETS if secret in stream.getvalue()]


def test_libraries_that_tell_too_much_are_quiet(output: io.StringIO) -> None:
    for name in ("transitions.core", "twilio.http_client", "httpx2"):
        logging.getLogger(name).info("-- BEGIN Twilio API Request --")
    assert output.getvalue() == ""


def test_uvicorn_says_everything_once(output: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info("started", extra={"color_message": "\x1b[36mstarted"})
    assert "color_message" not in line(output)


def test_nothing_below_the_level_is_logged(output: io.StringIO) -> None:
    structlog.get_logger().debug("detail")
    assert output.getvalue() == ""


def test_temporal_s_own_lines_name_the_conversation_too(output: io.StringIO) -> None:
    conversation_id = "0192f0c1-7d3a-7c11-8000-3f7a00000001"
    context = {"workflow_id": f"conversation/whatsapp/{conversation_id}", "attempt": 1}
    logging.getLogger("temporalio.workflow").info("late refusal", extra={"temporal_workflow": context})
    assert line(output)["conversation_id"] == conversation_id


def test_lines_of_other_workflows_name_none(output: io.StringIO) -> None:
    context = {"workflow_id": "housekeeping-2026-11-20T15:00:00Z"}
    logging.getLogger("temporalio.workflow").info("tidy", extra={"temporal_workflow": context})
    assert "conversation_id" not in line(output)
