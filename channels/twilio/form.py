"""A Twilio webhook's parameters: blanks and duplicates kept, because Twilio signs them."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from channels.webhooks import WebhookRequest

# Twilio sends about 40 parameters and adds new ones without notice.
MAX_PARAMETERS: Final = 1000
FORM_TYPE: Final = "application/x-www-form-urlencoded"


class Form:
    """Parameters by name. `getall` and iteration are what the SDK's validator asks for."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def getall(self, name: str) -> list[str]:
        """Every value of a parameter, as sent."""
        return self._values.get(name, [])

    def text(self, name: str, *, limit: int | None = None) -> str:
        """The first value, or "", with NUL replaced: PostgreSQL stores no NUL in a text."""
        value = next(iter(self.getall(name)), "").replace("\x00", "\ufffd")
        return value[:limit]


def is_form(request: WebhookRequest) -> bool:
    """Tell a form from the JSON that some Twilio products send."""
    kind = request.headers.get("content-type", FORM_TYPE)
    return kind.partition(";")[0].strip().lower() == FORM_TYPE


def body_parameters(request: WebhookRequest) -> Form:
    """What the body carries. Raise ValueError when it is no form at all."""
    return _read(request.body.decode("utf-8", "replace"))


def query_parameters(request: WebhookRequest) -> Form:
    """What the address carries. Raise ValueError when it is no address at all."""
    return _read(urlsplit(request.url).query)


def parameters(request: WebhookRequest) -> Form:
    """What Twilio tells: in the body, or in the query when a webhook is set to GET."""
    return query_parameters(request) if request.method.upper() == "GET" else body_parameters(request)


def _read(text: str) -> Form:
    return Form(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PARAMETERS))
