"""Logs: one line of JSON per event on stdout, for people on a terminal; never anything private.

Whoever logs binds what the line is about: `structlog.contextvars.bind_contextvars(conversation_id=…)`.
"""

import logging
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from runtime.redaction import redact
from runtime.settings import LogFormat

# These tell, at INFO, every transition, request URL or request body.
_QUIET: Final = ("transitions", "httpx2", "httpcore2", "twilio", "urllib3", "asyncio", "uvicorn.access")

# How `workflows.client.workflow_id` names them.
_OF_CONVERSATION: Final = re.compile(r"conversation/[a-z_]+/([0-9a-f-]{36})")

_GATHER: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
)


def conversation_of(workflow_id: str) -> str | None:
    """The conversation that this workflow is; None for the other workflows."""
    match = _OF_CONVERSATION.fullmatch(workflow_id)
    return match[1] if match else None


def configure(
    level: str,
    log_format: LogFormat,
    stream: TextIO | None = None,
    *,
    also: Sequence[Processor] = (),
) -> None:
    """Send everything, ours and the libraries', through one redacting formatter to `stream`.

    `also`: what else tells of a line where it comes from.
    """
    stream = stream or sys.stdout
    gather = (*_GATHER, *also)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *gather,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(gather, for_people=_for_people(log_format, stream)))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _for_people(log_format: LogFormat, stream: TextIO) -> bool:
    return log_format is LogFormat.CONSOLE or (log_format is LogFormat.AUTO and stream.isatty())


def _without_colours(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Uvicorn says everything twice, the second time in colours."""
    event.pop("color_message", None)
    return event


def _conversation(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Temporal's own lines name the workflow; a conversation's tells which conversation that is."""
    context = event.get("temporal_workflow") or event.get("temporal_activity")
    if isinstance(context, Mapping):
        found = conversation_of(str(context.get("workflow_id", "")))
        return {**event, "conversation_id": found} if found else event
    return event


def _formatter(gather: Sequence[Processor], *, for_people: bool) -> structlog.stdlib.ProcessorFormatter:
    render: Processor = structlog.processors.JSONRenderer()
    if for_people:
        render = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*gather, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _without_colours,
            _conversation,
            structlog.processors.format_exc_info,
            redact,
            render,
        ],
    )
