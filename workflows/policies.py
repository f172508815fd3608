"""Task queue, time-outs and retries, each with its reason."""

from datetime import timedelta
from typing import Final, TypedDict

from temporalio.common import RetryPolicy

TASK_QUEUE: Final = "conversation"
"""The default; an operator may choose another (HOLDFAST_TASK_QUEUE)."""

EVENTS_PER_RUN: Final = 500
"""Continue as new beyond this. A cold replay costs about 0.6 ms an event, so a conversation that
was evicted answers within a third of a second; the server's own hint comes eight times later."""

COMMANDS_REMEMBERED: Final = 200
"""Ids of commands kept to recognise a repeated one: far more than one agent has under way."""

EVENTS_PER_RUN_AT_MOST: Final = 5_000
"""Continue as new even while something is under way: half of the 10,240 at which the server warns."""


class Patience(TypedDict, total=False):
    """How long an activity may take, and how it is repeated."""

    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta
    heartbeat_timeout: timedelta
    retry_policy: RetryPolicy


STORAGE: Final = Patience(
    start_to_close_timeout=timedelta(seconds=10),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=200),
        maximum_interval=timedelta(seconds=10),
        non_retryable_error_types=["NotFound"],
    ),
)
"""PostgreSQL comes back: keep trying, and look again soon. What is not there will not appear."""

_HEARTBEAT: Final = timedelta(seconds=10)
"""How soon a dead worker's activity is taken up by another one."""

DELIVERY: Final = Patience(
    # Longer than the longest wait for a slot (20 s) plus the provider's time-out (15 s).
    start_to_close_timeout=timedelta(seconds=60),
    heartbeat_timeout=_HEARTBEAT,
    # How long an accepted message may wait for its provider: the length of a service window.
    schedule_to_close_timeout=timedelta(hours=24),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1),
        maximum_interval=timedelta(seconds=30),
        non_retryable_error_types=["NotFound"],
    ),
)

MEDIA: Final = Patience(
    start_to_close_timeout=timedelta(minutes=2),
    heartbeat_timeout=_HEARTBEAT,
    schedule_to_close_timeout=timedelta(hours=6),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=2), maximum_interval=timedelta(minutes=5)
    ),
)

_A_FEW_TIMES: Final = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_attempts=3)
"""A schedule repeats by itself; a long retry would only pile up behind it."""

RECONCILE_EVERY: Final = timedelta(minutes=2)
"""Twilio does not repeat a webhook that it could deliver to nobody; this is the longest such a
message stays unseen once we are back."""

RECONCILE: Final = Patience(
    start_to_close_timeout=timedelta(minutes=2),
    heartbeat_timeout=_HEARTBEAT,
    retry_policy=_A_FEW_TIMES,
)

TIDY_EVERY: Final = timedelta(hours=1)
"""Often enough that one round is short."""

RETENTION_ROUNDS: Final = 500
"""Batches of one hourly round: about a quarter of a million messages. The next round goes on."""

ERASURE: Final = Patience(
    # Searching every table of a large database takes long; a heartbeat tells that it goes on.
    start_to_close_timeout=timedelta(hours=2),
    heartbeat_timeout=_HEARTBEAT,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1),
        maximum_interval=timedelta(minutes=1),
        non_retryable_error_types=["NotFound"],
    ),
)
"""Erasing has time, but ends: it is repeated until it succeeds."""

CLOSING: Final = Patience(
    start_to_close_timeout=timedelta(minutes=5),
    heartbeat_timeout=_HEARTBEAT,
    retry_policy=ERASURE["retry_policy"],
)

ERASURE_ROUNDS: Final = 3
"""How often something may be found again before an admin is asked to look."""
ERASURE_PAUSE: Final = timedelta(minutes=1)

TIDY: Final = Patience(start_to_close_timeout=timedelta(minutes=5), retry_policy=_A_FEW_TIMES)
