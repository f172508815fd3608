"""Connection overrides in the fragment of a webhook URL: `#rc=2&rp=all&ct=2000`.

https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""

from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qs, urldefrag

from simulator.courier import Connection, Failure

_FAILURES: Final[dict[str, Failure]] = {"ct": "ct", "rt": "rt", "4xx": "4xx", "5xx": "5xx"}
MAX_RETRIES: Final = 5


def split_url(url: str) -> tuple[str, Connection]:
    """The URL as it is requested and signed, and how to request it."""
    address, fragment = urldefrag(url)
    wishes = {name: values[-1] for name, values in parse_qs(fragment).items()}
    changes: dict[str, Any] = {}
    for key, field in (("ct", "connect_seconds"), ("rt", "read_seconds"), ("tt", "total_seconds")):
        if wishes.get(key, "").isdigit():
            changes[field] = int(wishes[key]) / 1000
    if wishes.get("rc", "").isdigit():
        changes["retries"] = min(int(wishes["rc"]), MAX_RETRIES)
    if "rp" in wishes:
        changes["retry_on"] = _policy(wishes["rp"])
    return address, replace(Connection(), **changes)


def _policy(text: str) -> frozenset[Failure]:
    if "all" in text.split(","):
        return frozenset(_FAILURES.values())
    return frozenset(_FAILURES[name] for name in text.split(",") if name in _FAILURES)
