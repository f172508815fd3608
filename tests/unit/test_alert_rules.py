"""Every alert is shown firing and not firing; where promtool is, it plays that through."""

import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dashboards import ALERTS, alerts, use_of

FOLDER = ALERTS.parent
PLAYED = sorted((FOLDER / "tests").glob("*.yml"))
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(
    PROMTOOL is None, reason="promtool, a part of Prometheus, is not here"
)


def situations() -> Iterator[dict[str, Any]]:
    for file in PLAYED:
        yield from yaml.safe_load(file.read_text())["tests"]


def promtool(*asked: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - no shell, and our own words
        [str(PROMTOOL), *map(str, asked)], capture_output=True, text=True, timeout=60, check=False
    )


def test_every_alert_is_shown_firing_and_not_firing() -> None:
    shown: dict[str, set[bool]] = defaultdict(set)
    for situation in situations():
        for moment in situation["alert_rule_test"]:
            shown[moment["alertname"]].add(bool(moment.get("exp_alerts")))

    assert shown == {rule["alert"]: {True, False} for rule in alerts()}


def test_what_is_played_is_what_the_rules_ask_for() -> None:
    """Else an alert would be shown firing of a metric that nobody measures."""
    asked = {name for rule in alerts() for name in use_of(rule["expr"]).metrics}
    played = {each["series"].split("{")[0] for one in situations() for each in one["input_series"]}

    assert played <= asked


@needs_promtool
def test_prometheus_reads_the_rules_and_the_configuration() -> None:
    for checked in (
        promtool("check", "rules", ALERTS),
        promtool("check", "config", "--syntax-only", FOLDER / "prometheus.yml"),
    ):
        assert checked.returncode == 0, checked.stdout + checked.stderr


@needs_promtool
def test_alerts_fire_when_they_shall_and_only_then() -> None:
    played = promtool("test", "rules", *PLAYED)

    assert played.returncode == 0, played.stdout + played.stderr
