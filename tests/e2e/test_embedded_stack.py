"""The embedded stack: comes up, survives the death of its servers, stops cleanly, keeps its data."""

import signal
from pathlib import Path

import psutil
import psycopg
import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client

from tests.stack import PATIENCE, Stack, free_ports, kill_and_await
from workflows import search_attributes


def test_the_database_is_migrated(stack: Stack) -> None:
    with psycopg.connect(stack.conninfo) as connection:
        applied = connection.execute("SELECT count(*) FROM schema_migrations").fetchone()
    assert applied is not None
    assert applied[0] > 0


async def test_temporal_knows_our_search_attributes(stack: Stack) -> None:
    client = await Client.connect(f"127.0.0.1:{stack.ports['TEMPORAL_PORT']}")
    request = ListSearchAttributesRequest(namespace=client.namespace)
    known = await client.operator_service.list_search_attributes(request)
    assert set(search_attributes.ALL) <= set(known.custom_attributes)


@pytest.mark.parametrize("file", ["keys", "demo.json", "logs/postgres.log"])
def test_inv9_nobody_else_may_read_what_is_secret(stack: Stack, file: str) -> None:
    assert (stack.data_dir / file).stat().st_mode & 0o077 == 0


def test_postgres_listens_on_no_network_port(stack: Stack) -> None:
    server = psutil.Process(stack.pids["postgres"])
    assert not [c for c in server.net_connections(kind="inet") if c.status == psutil.CONN_LISTEN]


def test_a_killed_postgres_comes_back_with_what_was_committed(stack: Stack) -> None:
    with psycopg.connect(stack.conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('promise')")
        kill_and_await(stack, "postgres")
    with psycopg.connect(stack.conninfo) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("promise",)]


async def test_a_killed_temporal_comes_back_with_its_workflows(stack: Stack) -> None:
    address = f"127.0.0.1:{stack.ports['TEMPORAL_PORT']}"
    client = await Client.connect(address)
    await client.start_workflow("Kept", id="kept", task_queue="nobody")
    kill_and_await(stack, "temporal")
    description = await (await Client.connect(address)).get_workflow_handle("kept").describe()
    assert description.workflow_type == "Kept"


@pytest.mark.parametrize("name", ["api", "worker", "simulator"])
def test_a_killed_program_of_ours_comes_back(stack: Stack, name: str) -> None:
    kill_and_await(stack, name)


def test_a_second_stack_on_the_same_data_is_refused(stack: Stack) -> None:
    second = Stack(stack.data_dir, free_ports())
    assert second.process.wait(PATIENCE) == 1
    assert f"already running on {stack.data_dir} (process {stack.process.pid})" in second.output


def test_a_busy_port_is_named_with_its_owner_and_its_setting(stack: Stack, place: Path) -> None:
    ports = {**free_ports(), "TEMPORAL_PORT": stack.ports["TEMPORAL_PORT"]}
    other = Stack(place, ports)
    assert other.process.wait(PATIENCE) == 1
    assert f"Port {ports['TEMPORAL_PORT']} (Temporal) is in use by process" in other.output
    assert "HOLDFAST_TEMPORAL_PORT" in other.output


def test_a_data_directory_that_cannot_be_made_is_explained(place: Path) -> None:
    place.write_text("in the way")
    stack = Stack(place, free_ports())
    assert stack.process.wait(PATIENCE) == 1
    assert "HOLDFAST_DATA_DIR" in stack.output


def test_a_stack_goes_on_with_its_data_after_a_stop_and_after_its_supervisor_was_killed(
    place: Path,
) -> None:
    ports = free_ports()
    first = Stack(place, ports).until_ready()
    keys, orphans = (first.data_dir / "keys").read_text(), first.pids
    assert set(orphans) == {"postgres", "temporal", "simulator", "api", "worker"}
    with psycopg.connect(first.conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text)")
    first.stop(signal.SIGKILL)

    second = Stack(place, ports).until_ready()
    pids = second.pids
    assert not set(orphans.values()) & set(pids.values())
    assert not [name for name, pid in orphans.items() if psutil.pid_exists(pid)]
    assert second.stop(signal.SIGINT) == 0
    assert not [name for name, pid in pids.items() if psutil.pid_exists(pid)]

    third = Stack(place, ports).until_ready()
    with psycopg.connect(third.conninfo) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert (third.data_dir / "keys").read_text() == keys
    third.stop()
