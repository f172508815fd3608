"""How late timers are: told to the SDK's metrics, which a replay does not repeat, and to no history."""

from datetime import datetime
from typing import Final

from temporalio import workflow

from domain.timers import Deadline

LATENESS: Final = "holdfast_timer_lateness"
"""Prometheus sees `holdfast_timer_lateness_seconds`."""


def observe(deadline: Deadline, due: datetime) -> None:
    """A deadline was taken up now."""
    meter = workflow.metric_meter().with_additional_attributes({"deadline": deadline.value})
    histogram = meter.create_histogram_timedelta(
        LATENESS, "From the moment a timer was due to the moment its conversation acted on it."
    )
    histogram.record(workflow.now() - due)
