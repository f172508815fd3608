"""Where the embedded PostgreSQL keeps its socket, and what it does about a stale pid file."""

import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from runtime.embedded.postgres import PostgresServer, stop_left_over

LONGEST_SOCKET_PATH = 103


def test_the_socket_lies_in_the_data_directory_when_its_path_is_short() -> None:
    assert PostgresServer.under(Path("/srv/holdfast")).socket_dir == Path("/srv/holdfast/run")


def test_a_path_too_long_for_a_socket_is_replaced_by_a_short_one_of_its_own() -> None:
    one, other = (
        PostgresServer.under(Path("/srv") / ("deep/" * 20) / name) for name in ("one", "other")
    )
    assert len(str(one.socket_dir / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH
    assert one.socket_dir != other.socket_dir
    assert one.socket_dir == PostgresServer.under(one.data_dir.parent).socket_dir


def test_the_conninfo_survives_strange_paths() -> None:
    server = PostgresServer.under(Path("/srv/my data & more?"))
    assert conninfo_to_dict(server.conninfo)["host"] == "/srv/my data & more?/run"
    assert conninfo_to_dict(server.conninfo_of("other"))["dbname"] == "other"


def test_a_pid_that_now_belongs_to_another_program_is_forgotten_not_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{tmp_path}\n")
    stop_left_over(tmp_path)
    assert not pid_file.exists()


def test_without_a_pid_file_there_is_nothing_to_stop(tmp_path: Path) -> None:
    stop_left_over(tmp_path)
    assert list(tmp_path.iterdir()) == []
