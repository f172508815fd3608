"""Dashboard and alerts ask only for what is measured: a renamed metric would fall silent unnoticed."""

import re
from pathlib import Path

from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

import application.confirmer
import application.counting
import application.dispatch
import application.gauges
import application.intake
import application.lease_audit
import application.live_events
import application.reconcile
import application.safekeeping
from api import request_log
from tests.dashboards import ALERTS, PROMETHEUS_OWN, SDK_METRICS, alerts, panels, use_of, uses
from workflows.lateness import LATENESS

SHOWN_BY = (application, request_log)  # the modules above define what is looked at
SUFFIXES = {
    "counter": ("_total", "_created"),
    "gauge": ("",),
    "histogram": ("_bucket", "_count", "_sum"),
}
OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def ours() -> dict[str, set[str]]:
    """Each series that our processes show, with its labels."""
    collectors = set(REGISTRY._collector_to_names)
    return {
        f"{each._name}{suffix}": {*each._labelnames, *(("le",) if suffix == "_bucket" else ())}
        for each in collectors
        if isinstance(each, MetricWrapperBase) and each._name.startswith("holdfast_")
        for suffix in SUFFIXES[each._type]
    }


def known() -> dict[str, set[str]]:
    return {**ours(), **SDK_METRICS, **PROMETHEUS_OWN}


def test_every_metric_that_is_asked_for_exists() -> None:
    unknown = {use.expression: use.metrics - known().keys() for use in uses()}

    assert {expression: names for expression, names in unknown.items() if names} == {}


def test_every_label_that_is_asked_for_exists() -> None:
    metrics = known()
    unknown = {
        use.expression: use.labels - set().union(*(metrics[name] for name in use.metrics))
        for use in uses()
    }

    assert {expression: labels for expression, labels in unknown.items() if labels} == {}


def test_the_reader_of_expressions_misses_nothing() -> None:
    """If it did, the two tests above would hold of anything."""
    use = use_of('topk(5, sum by (le, a) (rate(x_bucket{b="c", d=~"e|f"}[5m]))) > 0.5 or y offset 15m')

    assert use.metrics == {"x_bucket", "y"}
    assert use.labels == {"le", "a", "b", "d"}
    assert sum(bool(use.metrics) for use in uses()) == len(list(uses())) > 40


def test_no_label_tells_who_somebody_is() -> None:
    labels = set().union(*ours().values())

    assert labels == {
        *("le", "channel", "result", "outcome", "status", "code", "trigger", "reason"),
        *("queue", "state", "presence", "account_id", "method", "route", "condition", "action"),
    }


def test_every_metric_of_ours_is_explained_to_operators() -> None:
    page = OPERATIONS.read_text()
    names = {re.sub(r"_(bucket|count|sum|created)$", "", name) for name in ours()} | {
        f"{LATENESS}_seconds"
    }

    assert {name for name in names if name not in page} == set()


def test_every_alert_says_what_it_means_and_where_to_read_on() -> None:
    for rule in alerts():
        assert rule["alert"].startswith("Holdfast")
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert {"summary", "description"} <= rule["annotations"].keys()
    assert len({rule["alert"] for rule in alerts()}) == len(alerts())


def test_every_runbook_of_an_alert_is_there() -> None:
    headings = {
        re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", OPERATIONS.read_text(), re.MULTILINE)
    }
    books = re.findall(r"runbook: docs/operations\.md#(\S+)", ALERTS.read_text())

    assert books
    assert set(books) <= headings


def test_panels_do_not_share_an_id_or_a_place() -> None:
    shown = panels()
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in shown]

    assert len({panel["id"] for panel in shown}) == len(set(places)) == len(shown)
