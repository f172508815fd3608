"""Every line that is logged in an activity says which conversation it is about."""

from typing import Any

import structlog
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from runtime.logging import conversation_of


class LogContext(Interceptor):
    """Names the conversation before the activity begins."""

    def intercept_activity(
        self,
        next: ActivityInboundInterceptor,  # noqa: A002 - the SDK's word
    ) -> ActivityInboundInterceptor:
        return _Named(next)


class _Named(ActivityInboundInterceptor):
    async def execute_activity(
        self,
        input: ExecuteActivityInput,  # noqa: A002 - the SDK's word
    ) -> Any:  # noqa: ANN401 - whatever the activity returns
        info = activity.info()
        conversation_id = conversation_of(info.workflow_id or "")
        named = {"conversation_id": conversation_id} if conversation_id else {}
        # Not taken back: each activity is a task of its own, and what the SDK logs of its failure
        # comes after this returned.
        structlog.contextvars.bind_contextvars(
            activity=info.activity_type, attempt=info.attempt, **named
        )
        return await super().execute_activity(input)
