"""The Kubernetes manifests fit the settings, the compose file, the worker and the metrics there are."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

import application.gauges
import worker
from runtime.keyring import new_key
from runtime.settings import Settings
from tests.stack import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
FILES = sorted(FOLDER.glob("*.yaml"))
VARIABLE = re.compile(r"\bHOLDFAST_[A-Z0-9_]*[A-Z0-9]\b")
SHOWN_BY = application.gauges  # which defines what the scaling looks at
COMMANDS = {"api", "worker", "migrate", "promote"}


def documents(file: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(file.read_text()))


def everything() -> Iterator[dict[str, Any]]:
    for file in FILES:
        yield from documents(file)


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in everything() if each["kind"] == kind}


def pods() -> dict[str, dict[str, Any]]:
    """The pod of each program, by the name of its container."""
    runs = [*of_kind("Deployment").values(), *of_kind("Job").values()]
    specs = [each["spec"]["template"]["spec"] for each in runs]
    return {spec["containers"][0]["name"]: spec for spec in specs}


def container(name: str) -> dict[str, Any]:
    [only] = pods()[name]["containers"]
    return dict(only)


def kustomization() -> dict[str, Any]:
    return documents(FOLDER / "kustomization.yaml")[0]


def configured() -> dict[str, str]:
    values: dict[str, str] = of_kind("ConfigMap")["holdfast"]["data"]
    return values


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def test_every_file_is_listed_or_said_to_be_left_out() -> None:
    text = (FOLDER / "kustomization.yaml").read_text()
    listed = set(kustomization()["resources"])
    left_out = set(re.findall(r"^#   (\S+\.yaml) ", text, re.MULTILINE))
    assert listed | left_out == {file.name for file in FILES} - {"kustomization.yaml"}
    assert not listed & left_out


def test_no_manifest_chooses_the_namespace() -> None:
    assert [each["kind"] for each in everything() if "namespace" in each.get("metadata", {})] == []
    assert "namespace" not in kustomization()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_setting_is_in_the_example(file: Path) -> None:
    known = set(VARIABLE.findall((ROOT / ".env.example").read_text()))
    assert set(VARIABLE.findall(file.read_text())) <= known


def test_images_and_commands_are_those_of_the_compose_file() -> None:
    assert pods().keys() == COMMANDS
    for name in COMMANDS:
        image = container(name)["image"].rsplit("/", 1)[-1].split(":")[0]
        assert image == compose()[name]["image"]
        assert container(name)["command"] == compose()[name]["command"]


def test_the_build_is_the_tag_of_the_image() -> None:
    [image] = kustomization()["images"]
    full = f"{image['newName']}:{image['newTag']}"
    for name in COMMANDS:
        build = {each["name"]: each["value"] for each in container(name)["env"]}["HOLDFAST_BUILD_ID"]
        assert build == image["newTag"]
        assert container(name)["image"] in {image["name"], full}


def test_the_processes_would_start_with_these_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """All but the secrets, of which there is only an example."""
    monkeypatch.setenv("HOLDFAST_BUILD_ID", "1")
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", "postgresql://a:long-enough-9@h/d?sslmode=verify-full")
    monkeypatch.setenv("HOLDFAST_SECRET_KEYS", new_key())
    for name, value in configured().items():
        monkeypatch.setenv(name, value)
    assert not Settings().is_embedded
    Settings().check()


def test_nobody_starts_with_the_example_of_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in of_kind("Secret")["holdfast"]["stringData"].items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Exception, match="HOLDFAST_SECRET_KEYS: key 1"):
        Settings().check()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_inv9_pods_may_do_no_more_than_they_need(name: str) -> None:
    assert pods()[name]["securityContext"]["runAsNonRoot"]
    assert f"--uid {pods()[name]['securityContext']['runAsUser']} " in (ROOT / "Dockerfile").read_text()
    assert pods()[name]["automountServiceAccountToken"] is False
    assert container(name)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"requests", "limits"} <= container(name)["resources"].keys()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_what_is_written_to_is_mounted(name: str) -> None:
    volumes = {each["name"] for each in pods()[name]["volumes"]}
    mounted = {each["mountPath"]: each["name"] for each in container(name)["volumeMounts"]}
    assert set(mounted.values()) == volumes
    assert "/tmp" in mounted  # noqa: S108 - a folder of the container
    if name in {"api", "worker"}:
        assert configured()["HOLDFAST_MEDIA_DIR"] in mounted


def test_the_worker_has_the_time_it_takes_to_end() -> None:
    grace = pods()["worker"]["terminationGracePeriodSeconds"]
    assert grace >= worker.LAST_WORK.total_seconds() + 10


def test_ports_are_those_of_the_settings() -> None:
    ports = {each["name"]: str(each["containerPort"]) for each in container("worker")["ports"]}
    assert ports["sdk-metrics"] == configured()["HOLDFAST_WORKER_METRICS_PORT"]
    assert ports["metrics"] == configured()["HOLDFAST_WORKER_APP_METRICS_PORT"]
    assert str(container("api")["ports"][0]["containerPort"]) == configured()["HOLDFAST_API_PORT"]
    for each in of_kind("Deployment").values():
        noted = each["spec"]["template"]["metadata"]["annotations"]["prometheus.io/port"]
        assert noted in configured().values()


def test_a_worker_is_asked_where_it_answers_once_it_has_connected() -> None:
    """The SDK's port is open before that."""
    port = configured()["HOLDFAST_WORKER_APP_METRICS_PORT"]
    for probe in ("startupProbe", "livenessProbe"):
        assert container("worker")[probe]["httpGet"]["port"] == "metrics"
    assert compose()["worker"]["environment"]["HOLDFAST_WORKER_APP_METRICS_PORT"] == port
    assert f"http://127.0.0.1:{port}/metrics" in compose()["worker"]["healthcheck"]["test"][-1]


def test_services_scalers_and_budgets_find_their_pods() -> None:
    labels = [each["spec"]["template"]["metadata"]["labels"] for each in of_kind("Deployment").values()]
    for budget in of_kind("PodDisruptionBudget").values():
        assert budget["spec"]["selector"]["matchLabels"] in labels
    assert of_kind("Service")["holdfast-api"]["spec"]["selector"] in labels
    aims = {
        each["spec"]["scaleTargetRef"]["name"] for each in of_kind("HorizontalPodAutoscaler").values()
    }
    assert aims == of_kind("Deployment").keys() == of_kind("PodDisruptionBudget").keys()


def test_the_metric_that_scales_workers_is_measured() -> None:
    [metric] = of_kind("HorizontalPodAutoscaler")["holdfast-worker"]["spec"]["metrics"]
    assert metric["external"]["metric"]["name"] in REGISTRY._names_to_collectors
