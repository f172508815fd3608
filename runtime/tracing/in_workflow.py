"""What a workflow does is traced to what it was told. Deterministic, and without OpenTelemetry."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadConverter
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleSignalInput,
    HandleUpdateInput,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowOutboundInterceptor,
)

from domain.commands import Park, Send
from workflows.run import MailBatch

HEADER: Final = "_tracer-data"
"""As other tracing of Temporal calls it. It holds random numbers, so it needs no encryption."""

PARENT: Final = "traceparent"

LINK: Final = "link"
"""Beside the W3C names: not the parent, but what led to it at some time before."""

POINT: Final = "__holdfast_tracing_point"
"""The door out of the sandbox: makes a span, and says what names it."""

AT_ONCE: Final = timedelta(minutes=1)
"""What a workflow does later than this was not caused by what it was told, but by a timer since."""

REMEMBERED: Final = 100
"""Messages that wait for delivery or copying; a conversation has a handful."""

Carrier = dict[str, str]


@dataclass(frozen=True)
class Cause:
    """Something that the workflow was told, and when."""

    carrier: Carrier
    at: datetime


class Causes:
    """The last thing it was told; and for each message, what brought it."""

    def __init__(self) -> None:
        self._last: Cause | None = None
        self._of_message: dict[UUID, Cause] = {}

    def remember(self, cause: Cause, messages: Iterable[UUID]) -> None:
        """It came now, and brought these messages."""
        self._last = cause
        for message_id in messages:
            self._of_message[message_id] = cause
        while len(self._of_message) > REMEMBERED:
            del self._of_message[next(iter(self._of_message))]

    def of(self, subject: object, now: datetime) -> Carrier:
        """What work about this subject belongs to: what brought it, if that was just now.

        Else what was told just now, if anything was; and what brought it is linked.
        """
        brought = self._of_message.get(subject) if isinstance(subject, UUID) else None
        own = brought or self._last
        if own is None or now - own.at <= AT_ONCE:
            return own.carrier if own else {}
        link = {LINK: own.carrier[PARENT]}
        if self._last and now - self._last.at <= AT_ONCE:
            return {**self._last.carrier, **link}
        return link


class TracedWorkflow(WorkflowInboundInterceptor):
    """Notes what comes in."""

    def __init__(self, next: WorkflowInboundInterceptor) -> None:  # noqa: A002 - the SDK's word
        super().__init__(next)
        self._causes = Causes()

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Outbound(outbound, self._causes))

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002, ANN401
        self._note(f"workflow {workflow.info().workflow_type}", input.headers, ())
        return await super().execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002
        self._note(f"handle signal {input.signal}", input.headers, input.args)
        await super().handle_signal(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002, ANN401
        self._note(f"handle update {input.update}", input.headers, input.args)
        return await super().handle_update_handler(input)

    def _note(self, what: str, headers: Mapping[str, Payload], args: Sequence[Any]) -> None:
        carrier = carrier_in(headers)
        if PARENT in carrier:
            cause = Cause(_point(what, carrier), workflow.now())
            self._causes.remember(cause, _messages(args))


class _Outbound(WorkflowOutboundInterceptor):
    def __init__(self, next: WorkflowOutboundInterceptor, causes: Causes) -> None:  # noqa: A002
        super().__init__(next)
        self._causes = causes

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
        subject = input.args[0] if input.args else None
        if carrier := self._causes.of(subject, workflow.now()):
            input.headers = {**input.headers, HEADER: payload_of(carrier)}
        return super().start_activity(input)


def payload_of(carrier: Carrier) -> Payload:
    """For a header."""
    return PayloadConverter.default.to_payload(carrier)


def carrier_in(headers: Mapping[str, Payload]) -> Carrier:
    """What came with a header; empty when nobody traced it, or in no way that we know."""
    header = headers.get(HEADER)
    if header is None or header.metadata.get("encoding") != b"json/plain":
        return {}
    carrier = PayloadConverter.default.from_payload(header)
    return carrier if isinstance(carrier, dict) else {}


def _point(name: str, carrier: Carrier) -> Carrier:
    """Seen once: a replay makes no span, and goes on from the one before it."""
    if workflow.unsafe.is_replaying():
        return carrier
    info = workflow.info()
    make: Callable[[str, Carrier, Mapping[str, str]], Carrier] = workflow.extern_functions()[POINT]
    return make(name, carrier, {"temporalWorkflowID": info.workflow_id, "temporalRunID": info.run_id})


def _messages(args: Sequence[Any]) -> Iterator[UUID]:
    for arg in args:
        match arg:
            case Send() | Park():
                yield arg.message_id
            case MailBatch():
                yield from (item.message_id for item in arg.items if item.message_id)
            case _:
                pass
