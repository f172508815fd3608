"""Whether the ports of the stack are free, and if not, who has them."""

import socket
from contextlib import suppress
from dataclasses import dataclass

import psutil

from domain.errors import ConfigurationError
from runtime.environment import variable
from runtime.settings import Settings

# What listens on which setting's port. Zero means: not wanted.
LISTENERS = {
    "api_port": "API and console",
    "simulator_port": "simulator",
    "temporal_port": "Temporal",
    "temporal_ui_port": "Temporal UI",
    "worker_metrics_port": "metrics of the worker's SDK",
    "worker_app_metrics_port": "metrics of the worker",
}


@dataclass(frozen=True)
class BusyPort:
    """A port that somebody else listens on."""

    field: str
    port: int
    owner: str

    def __str__(self) -> str:
        purpose = LISTENERS[self.field]
        return (
            f"Port {self.port} ({purpose}) is in use by {self.owner}."
            f" Stop that, or set {variable(self.field)} to a free port."
        )


def busy(settings: Settings) -> list[BusyPort]:
    wanted = {field: int(getattr(settings, field)) for field in LISTENERS}
    wanted["worker_app_metrics_port"] = settings.app_metrics_port
    return [
        BusyPort(field, port, _owner(port))
        for field, port in wanted.items()
        if port and not _is_free(settings.api_host if field == "api_port" else "127.0.0.1", port)
    ]


def refuse_busy(settings: Settings) -> None:
    if found := busy(settings):
        raise ConfigurationError("\n".join(str(each) for each in found))


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # ports just left are free
        try:
            attempt.bind((host, port))
        except OSError:
            return False
    return True


def _owner(port: int) -> str:
    with suppress(psutil.Error):  # macOS tells only root
        for connection in psutil.net_connections(kind="tcp"):
            if connection.laddr and connection.laddr.port == port and connection.pid:
                process = psutil.Process(connection.pid)
                return f"process {process.pid} ({process.name()})"
    return "another process"
