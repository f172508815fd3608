"""Settings of the simulator, from the environment (prefix HOLDFAST_SIMULATOR_)."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SimulatorSettings(BaseSettings):
    """What is fixed while the simulator runs. Faults and the clock are not here: they are knobs."""

    model_config = SettingsConfigDict(env_prefix="HOLDFAST_SIMULATOR_", extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8090, ge=0, le=65535)
    public_url: str | None = None
    """How others reach the simulator; by default the address of the request at hand."""
    data_file: Path | None = None
    """Where the world is kept over a restart. None: in memory only."""
    webhook_base_url: str | None = None
    """Numbers without webhook URLs of their own get <this>/messages and <this>/status."""

    sent_after_seconds: float = Field(default=0.1, ge=0)
    delivered_after_seconds: float = Field(default=0.2, ge=0)
    read_after_seconds: float = Field(default=1.5, ge=0)
    template_review_seconds: float = Field(default=15, ge=0)
    """A submitted template is approved after this time on the simulator's clock."""

    max_messages: int = Field(default=20_000, ge=10)
    max_saved_messages: int = Field(default=2_000, ge=10)
    max_deliveries: int = Field(default=100_000, ge=10)
    max_attempts: int = Field(default=20_000, ge=10)
    max_customers: int = Field(default=50_000, ge=1)
    max_media_bytes: int = Field(default=128 * 1024 * 1024, ge=1024)
    max_in_flight: int = Field(default=5_000, ge=1)
    """Messages and webhooks on their way at one time; beyond that the simulator refuses."""
    webhook_connections: int = Field(default=100, ge=1)
