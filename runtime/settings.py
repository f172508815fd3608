"""Everything an operator can set: one HOLDFAST_ variable per field, all listed in `.env.example`."""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.errors import ConfigurationError
from runtime import safety
from runtime.environment import FILE, PREFIX, unknown_variables, variable

_MEBIBYTE: Final = 1024 * 1024
_UNNAMED_BUILD: Final = "dev"
_PROVIDER_URLS: Final = (
    "twilio_api_url",
    "twilio_content_url",
    "line_api_url",
    "line_data_api_url",
    "line_sticker_url",
    "gbm_api_url",
    "rcs_api_url",
    "google_token_url",
)

Port = Annotated[int, Field(ge=1, le=65535)]
OptionalPort = Annotated[int, Field(ge=0, le=65535)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s/?#]+[^\s?#]*$")]
OptionalUrl = Annotated[str, Field(pattern=r"^(https?://[^\s/?#]+[^\s?#]*)?$")]


class Mode(StrEnum):
    """`embedded`: one machine, everything included. `production`: your own servers, strict checks."""

    EMBEDDED = "embedded"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    """`auto` is for people on a terminal, and JSON otherwise."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


class MediaStore(StrEnum):
    """Where the bytes of files are: in HOLDFAST_MEDIA_DIR, or in a bucket."""

    FILES = "files"
    S3 = "s3"


class Settings(BaseSettings):
    """One process's settings: its environment first, then the file `.env`, then these defaults."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=FILE,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",  # `.env` is shared with Docker Compose; `load` refuses unknown HOLDFAST_ names
        hide_input_in_errors=True,  # a mistyped secret is still a secret
    )

    mode: Mode = Mode.EMBEDDED
    public_url: Url = "http://127.0.0.1:8080"
    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    data_dir: Path = Path(".holdfast")
    build_id: Annotated[str, Field(min_length=1, max_length=100)] = _UNNAMED_BUILD

    database_url: SecretStr = SecretStr("")
    database_pool_size: Annotated[int, Field(ge=2, le=200)] = 10

    temporal_address: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    temporal_profile: str = ""
    temporal_ui_url: OptionalUrl = ""
    task_queue: Annotated[str, Field(min_length=1, max_length=100)] = "conversation"

    api_host: str = "127.0.0.1"
    api_port: Port = 8080
    simulator_port: Port = 8090
    temporal_port: Port = 7233
    temporal_ui_port: Port = 8233
    worker_metrics_port: OptionalPort = 9464
    worker_app_metrics_port: OptionalPort = 9465
    worker_metrics_host: str = "127.0.0.1"

    media_store: MediaStore = MediaStore.FILES
    media_dir: Path = Path(".holdfast/media")
    media_s3_bucket: str = ""
    media_s3_endpoint_url: OptionalUrl = ""
    media_s3_region: str = ""
    media_s3_prefix: str = ""
    clamd_address: Annotated[str, Field(pattern=r"^(/.+|(\[[^\]]+\]|[^\s:/]+):\d{1,5})?$")] = ""
    media_max_bytes: Annotated[int, Field(ge=1, le=200 * _MEBIBYTE)] = 16 * _MEBIBYTE
    allow_private_media_hosts: bool = False

    twilio_api_url: Url = "https://api.twilio.com"
    twilio_content_url: Url = "https://content.twilio.com"
    line_api_url: Url = "https://api.line.me"
    line_data_api_url: Url = "https://api-data.line.me"
    line_sticker_url: Url = "https://stickershop.line-scdn.net"
    gbm_api_url: Url = "https://businessmessages.googleapis.com"
    rcs_api_url: Url = "https://rcsbusinessmessaging.googleapis.com"
    google_token_url: Url = "https://oauth2.googleapis.com/token"  # noqa: S105

    session_lifetime: Annotated[timedelta, Field(ge=timedelta(minutes=5), le=timedelta(days=30))] = (
        timedelta(hours=12)
    )
    dispatch_concurrency: Annotated[int, Field(ge=1, le=256)] = 16
    dispatch_queue_limit: Annotated[int, Field(ge=1)] = 10_000
    dispatch_sweep_every: Annotated[timedelta, Field(ge=timedelta(milliseconds=100))] = timedelta(
        seconds=1
    )

    chat_calls_per_session: Annotated[int, Field(ge=0)] = 120
    chat_calls_per_ip: Annotated[int, Field(ge=0)] = 1_200
    chat_sessions_per_ip: Annotated[int, Field(ge=0)] = 60

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: LogFormat = LogFormat.AUTO

    @field_validator("secret_keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            [key.strip() for key in value.split(",") if key.strip()]
            if isinstance(value, str)
            else value
        )

    @field_validator("public_url")
    @classmethod
    def _without_final_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @property
    def is_embedded(self) -> bool:
        return self.mode is Mode.EMBEDDED

    @property
    def app_metrics_port(self) -> int:
        """Where a worker shows our own metrics; 0, as that of the SDK's is, means nowhere."""
        return self.worker_app_metrics_port if self.worker_metrics_port else 0

    def check(self) -> None:
        """Refuse to start rather than run unsafely; says everything that is wrong at once."""
        found = [*_wrong_in_any_mode(self), *(() if self.is_embedded else _wrong_in_production(self))]
        if found:
            raise ConfigurationError(_listed(found))


def read() -> Settings:
    """What is set, whether or not Holdfast could run with it."""
    try:
        settings = Settings()
    except ValidationError as error:
        found = [f"{variable(str(each['loc'][0]))}: {each['msg']}." for each in error.errors()]
        raise ConfigurationError(_listed(found)) from None
    if unknown := unknown_variables(set(Settings.model_fields)):
        raise ConfigurationError(_listed(unknown))
    return settings


def load() -> Settings:
    """The settings of one of our processes, checked."""
    settings = read()
    settings.check()
    return settings


def _wrong_in_any_mode(settings: Settings) -> Iterator[str]:
    if not settings.secret_keys:
        yield "HOLDFAST_SECRET_KEYS is not set. `./holdfast keys new` prints a key."
    for position, key in enumerate(settings.secret_keys, start=1):
        if fault := safety.fault_of_key(key.get_secret_value()):
            yield f"HOLDFAST_SECRET_KEYS: key {position} {fault}. `./holdfast keys new` prints one."
    if settings.media_store is MediaStore.S3 and not settings.media_s3_bucket:
        yield "HOLDFAST_MEDIA_S3_BUCKET is not set. Name the bucket, or keep files in a directory."
    if fault := safety.fault_of_database_url(settings.database_url.get_secret_value()):
        remedy = " `make up` brings its own database." if settings.is_embedded else ""
        yield f"HOLDFAST_DATABASE_URL {fault}.{remedy}"


def _wrong_in_production(settings: Settings) -> Iterator[str]:
    if fault := safety.fault_of_public_address(settings.public_url):
        yield f"HOLDFAST_PUBLIC_URL {fault}: providers call it, and Twilio's signature covers it."
    for field in _PROVIDER_URLS:
        if fault := safety.fault_of_public_address(getattr(settings, field)):
            yield f"{variable(field)} {fault}: credentials would go there. Unset it."
    if fault := safety.fault_of_trusted_page(settings.temporal_ui_url):
        yield f"HOLDFAST_TEMPORAL_UI_URL {fault}: decoded payloads go to its pages."
    if fault := safety.fault_of_trusted_page(settings.media_s3_endpoint_url):
        yield f"HOLDFAST_MEDIA_S3_ENDPOINT_URL {fault}: customers' files go there."
    if settings.allow_private_media_hosts:
        yield "HOLDFAST_ALLOW_PRIVATE_MEDIA_HOSTS lets strangers reach your network. Unset it."
    if settings.build_id == _UNNAMED_BUILD:
        yield "HOLDFAST_BUILD_ID must name this build, e.g. the commit: conversations stay on theirs."


def _listed(problems: list[str]) -> str:
    return "\n".join(
        ("Holdfast cannot start with these settings:", *(f"  - {text}" for text in problems))
    )
