"""Looks at everything that commonly keeps Holdfast from running, and says what to do about it."""

import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TypeAlias

import httpx2

from domain.errors import ConfigurationError, HoldfastError, MediaUnavailable
from runtime import media_store, operating
from runtime.embedded import data_dir, ports, postgres, probes, temporal
from runtime.settings import MediaStore, Settings
from storage.migrate import pending

OLDEST_PYTHON: Final = (3, 11)
_NEEDED: Final = ("fastapi", "psycopg", "temporalio", "twilio", "uvicorn", "cryptography", "structlog")
_LEAST_FREE_BYTES: Final = 1024**3
_LARGEST_CLOCK_ERROR: Final = 60.0  # seconds; Google's tokens and LINE's events tolerate minutes
_PATIENCE: Final = 5.0


class Verdict(StrEnum):
    GOOD = "good"
    UNSURE = "unsure"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One subject, what we think of it, and what to do when it is not good."""

    subject: str
    verdict: Verdict
    text: str


Check: TypeAlias = Callable[[Settings], Awaitable[Finding]]


async def examine(settings: Settings) -> list[Finding]:
    """Every finding, in the order in which they are best repaired."""
    checks: tuple[Check, ...] = (_python, _packages, _settings, _disk)
    if settings.is_embedded:
        checks += (_servers, _data_dir, _ports)
    checks = (*checks, _database, _credentials, _media_store, _scanner, _temporal, _clock)
    return [await check(settings) for check in checks]


async def _python(_settings: Settings) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return _bad("Python", f"{version} is too old: use {'.'.join(map(str, OLDEST_PYTHON))} or newer")
    return _good("Python", version)


async def _packages(_settings: Settings) -> Finding:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        return _bad("packages", f"missing: {', '.join(missing)}. Run `make setup`")
    return _good("packages", "installed")


async def _settings(settings: Settings) -> Finding:
    try:
        settings.check()
    except ConfigurationError as error:
        return _bad("settings", str(error))
    return _good("settings", f"{settings.mode} mode; keys set; public address {settings.public_url}")


async def _disk(settings: Settings) -> Finding:
    place = next(
        parent for parent in (settings.data_dir, *settings.data_dir.parents) if parent.exists()
    )
    free = shutil.disk_usage(place).free
    text = f"{free / 1024**3:.1f} GiB free"
    return _good("disk", text) if free > _LEAST_FREE_BYTES else _bad("disk", f"only {text} at {place}")


async def _servers(_settings: Settings) -> Finding:
    try:
        found = (postgres.program("postgres"), temporal.program())
    except ConfigurationError as error:
        return _bad("server programs", str(error))
    return _good("server programs", ", ".join(Path(path).name for path in found))


async def _data_dir(settings: Settings) -> Finding:
    try:
        data_dir.prepare(settings.data_dir)
    except ConfigurationError as error:
        return _bad("data directory", str(error))
    return _good("data directory", str(settings.data_dir))


async def _ports(settings: Settings) -> Finding:
    if pid := data_dir.running_stack(settings.data_dir):
        return _good("ports", f"used by our running stack (process {pid})")
    if found := ports.busy(settings):
        return _bad("ports", "\n".join(map(str, found)))
    return _good("ports", "free")


async def _database(settings: Settings) -> Finding:
    if not settings.database_url.get_secret_value() or _is_down(settings):
        return _not_running("PostgreSQL")
    try:
        missing = await pending(settings.database_url.get_secret_value())
    except (HoldfastError, ConfigurationError) as error:
        return _bad("PostgreSQL", str(error))
    if missing:
        lacking = f"{len(missing)} migrations are missing, from {missing[0]} on"
        return _bad("PostgreSQL", f"{lacking}. Run `./holdfast migrate`")
    return _good("PostgreSQL", "reachable, all migrations applied")


async def _credentials(settings: Settings) -> Finding:
    if not settings.database_url.get_secret_value() or _is_down(settings):
        return _not_running("credentials")
    try:
        locked = await operating.unreadable(settings)
    except (HoldfastError, ConfigurationError) as error:
        return Finding("credentials", Verdict.UNSURE, f"cannot be looked at: {error}")
    if locked:
        cure = "Put the key back that is missing in HOLDFAST_SECRET_KEYS. Lost? Set them anew"
        return _bad("credentials", f"cannot be decrypted, of {', '.join(locked)}. {cure}")
    return _good("credentials", "can be read with the keys")


async def _media_store(settings: Settings) -> Finding:
    if settings.media_store is MediaStore.FILES:
        return _good("media store", f"directory {settings.media_dir}")
    try:
        return await _bucket(settings)
    except (MediaUnavailable, ConfigurationError) as error:
        return _bad("media store", f"bucket {settings.media_s3_bucket}: {error}")


async def _bucket(settings: Settings) -> Finding:
    bucket = media_store.open_bucket(settings)
    try:
        await bucket.check()
        if not await bucket.keeps_versions():
            return _good("media store", f"bucket {settings.media_s3_bucket} answers")
    finally:
        await bucket.close()
    text = "the bucket keeps versions: erased files stay in it. Turn that off, or have old ones expire"
    return Finding("media store", Verdict.UNSURE, text)


async def _scanner(settings: Settings) -> Finding:
    if (clamd := media_store.scanner(settings)) is None:
        return _good("malware scanner", "none is set: files are kept as they come")
    try:
        await clamd.check()
    except MediaUnavailable:
        address = settings.clamd_address
        return _bad("malware scanner", f"clamd at {address} does not answer: files wait for it")
    return _good("malware scanner", "clamd answers")


async def _temporal(settings: Settings) -> Finding:
    if _is_down(settings):
        return _not_running("Temporal")
    if not await probes.temporal_serves(settings):
        return _bad("Temporal", f"does not answer at {settings.temporal_address}")
    return _good("Temporal", f"reachable, namespace {settings.temporal_namespace}")


async def _clock(settings: Settings) -> Finding:
    """Compared with what Twilio's server, or who stands in for it, says the time is."""
    try:
        async with httpx2.AsyncClient(timeout=_PATIENCE) as client:
            told = (await client.get(settings.twilio_api_url)).headers["date"]
    except (httpx2.HTTPError, KeyError):
        return Finding("clock", Verdict.UNSURE, f"nobody to compare with at {settings.twilio_api_url}")
    error = abs((datetime.now(UTC) - parsedate_to_datetime(told)).total_seconds())
    if error > _LARGEST_CLOCK_ERROR:
        return _bad("clock", f"{error:.0f} s off: providers will refuse our tokens. Turn on NTP")
    return _good("clock", f"within {max(error, 1):.0f} s")


def _is_down(settings: Settings) -> bool:
    return settings.is_embedded and data_dir.running_stack(settings.data_dir) is None


def _not_running(subject: str) -> Finding:
    return Finding(subject, Verdict.UNSURE, "not running; `make up` starts it")


def _good(subject: str, text: str) -> Finding:
    return Finding(subject, Verdict.GOOD, text)


def _bad(subject: str, text: str) -> Finding:
    return Finding(subject, Verdict.BAD, text)
