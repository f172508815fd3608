"""The command line, as people and init containers meet it: words and exit statuses."""

import os
import subprocess
from pathlib import Path

import pytest

from runtime.embedded.postgres import PostgresServer
from runtime.keyring import Keyring

NOBODY = "http://127.0.0.1:9"  # the discard port: refused at once
ROOT = Path(__file__).parents[2]


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
    ours = {
        "DATA_DIR": str(tmp_path / "data"),
        "TWILIO_API_URL": NOBODY,
        "TEMPORAL_ADDRESS": NOBODY[7:],
    }
    return {**kept, **{f"HOLDFAST_{name}": value for name, value in ours.items()}}


def holdfast(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = (ROOT / "holdfast", *arguments)
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=env)  # noqa: S603


def test_a_new_key_is_printed_alone_and_works(surroundings: dict[str, str]) -> None:
    key = holdfast("keys", "new", env=surroundings).stdout.strip()
    assert Keyring([key]).decrypt(Keyring([key]).encrypt(b"x")) == b"x"


def test_the_launcher_works_from_any_directory(surroundings: dict[str, str], tmp_path: Path) -> None:
    link = (ROOT / "holdfast", "keys", "new")
    done = subprocess.run(link, check=False, capture_output=True, cwd=tmp_path, env=surroundings)  # noqa: S603
    assert done.returncode == 0


def test_doctor_is_content_with_a_fresh_checkout(surroundings: dict[str, str]) -> None:
    surroundings |= {"HOLDFAST_API_PORT": "18080", "HOLDFAST_SIMULATOR_PORT": "18090"}
    surroundings |= {"HOLDFAST_TEMPORAL_PORT": "17233", "HOLDFAST_TEMPORAL_UI_PORT": "18233"}
    done = holdfast("doctor", env={**surroundings, "HOLDFAST_WORKER_METRICS_PORT": "0"})
    assert done.returncode == 0, done.stdout
    assert "not running" in done.stdout


def test_doctor_lists_what_is_wrong_in_production_and_fails(surroundings: dict[str, str]) -> None:
    done = holdfast("doctor", env={**surroundings, "HOLDFAST_MODE": "production"})
    assert done.returncode == 1
    assert "HOLDFAST_SECRET_KEYS" in done.stdout
    assert "HOLDFAST_PUBLIC_URL" in done.stdout


def test_doctor_sees_a_database_that_is_behind(
    surroundings: dict[str, str], database_url: str, postgres_server: PostgresServer
) -> None:
    surroundings |= {"HOLDFAST_MODE": "production", "HOLDFAST_DATABASE_URL": database_url}
    assert "all migrations applied" in holdfast("doctor", env=surroundings).stdout
    empty = postgres_server.conninfo_of("postgres")
    done = holdfast("doctor", env={**surroundings, "HOLDFAST_DATABASE_URL": empty})
    assert "./holdfast migrate" in " ".join(done.stdout.split())


def test_up_is_refused_in_production(surroundings: dict[str, str]) -> None:
    done = holdfast("up", env={**surroundings, "HOLDFAST_MODE": "production"})
    assert done.returncode == 1
    assert "HOLDFAST_MODE=embedded" in done.stderr


@pytest.mark.parametrize("command", ["up", "doctor", "migrate", "down"])
def test_a_misspelt_setting_stops_every_command(surroundings: dict[str, str], command: str) -> None:
    done = holdfast(command, env={**surroundings, "HOLDFAST_API_PROT": "1"})
    assert done.returncode == 1
    assert "Did you mean HOLDFAST_API_PORT?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_temporal_that_is_not_there_is_named_in_one_sentence(surroundings: dict[str, str]) -> None:
    done = holdfast("promote", env={**surroundings, "HOLDFAST_MODE": "production"})
    assert done.returncode == 1
    assert done.stderr == "Temporal does not answer at 127.0.0.1:9.\n"


def test_down_says_when_nothing_runs(surroundings: dict[str, str]) -> None:
    done = holdfast("down", env=surroundings)
    assert done.returncode == 0
    assert "no stack is running" in done.stdout
