"""What the dashboard and the alerts ask of Prometheus: expressions, taken apart just far enough."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

DEPLOY = Path(__file__).parents[1] / "deploy"
DASHBOARD = DEPLOY / "grafana" / "holdfast.json"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"

# The Temporal SDK's metrics that we use, each with the labels that we use of it. That a worker
# really shows them is proven in tests/integration/test_worker_metrics.py.
SDK_METRICS = {
    "temporal_activity_schedule_to_start_latency_seconds_bucket": {"le"},
    "temporal_request_latency_seconds_bucket": {"le", "operation"},
    "temporal_sticky_cache_size": set[str](),
    "temporal_worker_task_slots_available": {"worker_type"},
    "temporal_workflow_task_schedule_to_start_latency_seconds_bucket": {"le"},
    "holdfast_timer_lateness_seconds_bucket": {"le"},
}
PROMETHEUS_OWN = {"up": {"job"}}
WORDS = {
    *("sum", "max", "min", "count", "topk", "absent", "rate", "increase", "histogram_quantile"),
    *("by", "and", "or", "unless", "offset", "time"),
}
_STRING = re.compile(r'"[^"]*"')
_RANGE = re.compile(r"\[[^\]]*\]")
_SELECTOR = re.compile(r"\{([^}]*)\}")
_GROUPING = re.compile(r"\bby \(([^)]*)\)")
_LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_NAME = re.compile(r"(?<![\w.])[a-zA-Z_:][\w:]*")


class Use(NamedTuple):
    """The metrics and the labels that one expression names."""

    expression: str
    metrics: frozenset[str]
    labels: frozenset[str]


def use_of(expression: str) -> Use:
    bare = _RANGE.sub("", _STRING.sub("", expression))
    labels = {name for body in _SELECTOR.findall(bare) for name in _LABEL.findall(body)}
    labels |= {name.strip() for body in _GROUPING.findall(bare) for name in body.split(",")}
    names = set(_NAME.findall(_GROUPING.sub("", _SELECTOR.sub("", bare))))
    return Use(expression, frozenset(names - WORDS), frozenset(labels))


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def uses() -> Iterator[Use]:
    """Every expression of both files."""
    for rule in alerts():
        yield use_of(rule["expr"])
    for panel in panels():
        for target in panel.get("targets", ()):
            yield use_of(target["expr"])
