"""Traces, when OTEL_EXPORTER_OTLP_ENDPOINT says where to; else nothing of OpenTelemetry is imported."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import Any, Final

from structlog.typing import Processor
from temporalio.client import Interceptor

from channels.watching import Watch, unwatched
from domain.errors import ConfigurationError
from runtime.environment import share_with_libraries
from storage.beginnings import Placer
from storage.database import Database
from storage.intake import Intake
from workflows.client import Conversations

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_SPOKEN: Final = "http/protobuf"


class Tracing:
    """What is woven into a process where something shall be seen. This one weaves in nothing."""

    watch: Watch = staticmethod(unwatched)
    """For calls to providers."""
    interceptors: Sequence[Interceptor] = ()
    """For Temporal's client; the workers of that client have them too."""
    log_processors: Sequence[Processor] = ()

    def requests(self, app: Any) -> Any:  # noqa: ANN401 - an ASGI app, and none of its frameworks
        return app

    def intake(self, database: Database, placer: Placer) -> Intake:
        return Intake(database, placer)

    def conversations(self, conversations: Conversations) -> Conversations:
        return conversations


OFF: Final = Tracing()


@contextlib.contextmanager
def tracing(process: str, build_id: str) -> Iterator[Tracing]:
    """Traces of this process, until it ends; then what is still unsent gets a moment to leave."""
    share_with_libraries("OTEL_")
    if not _is_wanted():
        yield OFF
        return
    _require_known_protocol()
    # Here, because it costs a tenth of a second and 10 MB.
    from runtime.tracing.exporting import exporting  # noqa: PLC0415
    from runtime.tracing.weaving import WovenTracing  # noqa: PLC0415

    with exporting(process, build_id) as provider:
        yield WovenTracing(provider)


def _is_wanted() -> bool:
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    unwanted = os.environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none"
    return any(os.environ.get(name) for name in _ENDPOINTS) and not disabled and not unwanted


def _require_known_protocol() -> None:
    for name in _PROTOCOLS:
        if (told := os.environ.get(name, "").strip() or _SPOKEN) != _SPOKEN:
            raise ConfigurationError(
                f"{name} is {told}, but traces are only exported by {_SPOKEN}. Unset it, and name a"
                " collector's HTTP port (4318, most often) in OTEL_EXPORTER_OTLP_ENDPOINT."
            )
