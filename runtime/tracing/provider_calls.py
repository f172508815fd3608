"""One span for each request to a provider. Nothing is sent along: providers get no ids of ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry.trace import SpanKind

from channels.watching import Answered
from runtime.tracing.spans import Spans, fail

# Words and versions. All else may be an id, a name or a number of somebody's.
_TELLING: Final = re.compile(r"[A-Za-z]{1,30}(\.json)?|v\d{1,2}|\d{4}-\d{2}-\d{2}")
_CLIENT_ERROR: Final = 400


class ProviderCalls:
    """What channels call `Watch`."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    @contextmanager
    def __call__(self, method: str, host: str, path: str) -> Iterator[Answered]:
        template = path_template(path)
        asked = {
            "http.request.method": method,
            "server.address": host,
            "url.template": template,
        }
        with self._spans.span(f"{method} {template}".strip(), SpanKind.CLIENT, asked) as span:

            def answered(status: int) -> None:
                span.set_attribute("http.response.status_code", status)
                if status >= _CLIENT_ERROR:
                    fail(span, str(status))

            yield answered


def path_template(path: str) -> str:
    """`/2010-04-01/Accounts/{}/Messages.json`: the same for all accounts and messages."""
    return "/".join(part if not part or _TELLING.fullmatch(part) else "{}" for part in path.split("/"))
