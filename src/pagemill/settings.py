"""Every knob in one table: name, default, unit, meaning. The only reader of the environment.

Strength, weakest first: defaults, `PAGEMILL_<NAME>` in the environment, flags of a command.
"""

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pagemill.errors import PagemillError

MB = 1024 * 1024


class Settings(BaseSettings):
    """All settings. Units are in the names; each carries its meaning as description."""

    model_config = SettingsConfigDict(env_prefix="PAGEMILL_", frozen=True, extra="forbid")

    data: Annotated[Path, Field(description="Folder for the ledger and the shelf.")] = Path(
        "pagemill-data"
    )
    host: Annotated[str, Field(description="Address the server listens on.")] = "127.0.0.1"
    port: Annotated[
        int, Field(ge=0, le=65535, description="Port the server listens on; 0 picks a free one.")
    ] = 8000
    url: Annotated[str, Field(description="Server the client commands talk to.")] = (
        "http://127.0.0.1:8000"
    )

    workers: Annotated[
        int, Field(ge=0, le=1024, description="Worker processes on this machine; 0 means none.")
    ] = os.cpu_count() or 1
    engine: Annotated[
        str, Field(description="Engine that `auto` uses where a page has no good text layer.")
    ] = "rapidocr"
    outputs: Annotated[
        str, Field(description="Outputs of a job that names none, separated by commas.")
    ] = "markdown"

    max_upload_mb: Annotated[int, Field(ge=1, description="Largest upload accepted, in MB.")] = 2048
    max_pages: Annotated[int, Field(ge=1, description="Most pages of one document.")] = 20_000
    max_page_pixels: Annotated[
        int,
        Field(
            ge=10_000, description="Most pixels a page is drawn with; larger pages are scaled down."
        ),
    ] = 40_000_000
    page_timeout_seconds: Annotated[
        float, Field(gt=0, description="Longest time for one attempt at a page.")
    ] = 120.0
    split_timeout_seconds: Annotated[
        float, Field(gt=0, description="Longest time for opening a document.")
    ] = 300.0
    assemble_timeout_seconds: Annotated[
        float, Field(gt=0, description="Longest time for writing the outputs.")
    ] = 1800.0
    child_memory_mb: Annotated[
        int, Field(ge=128, description="Memory (RSS) at which a worker process is killed, in MB.")
    ] = 2048
    child_recycle_mb: Annotated[
        int,
        Field(
            ge=64,
            description="Memory (RSS) at which a worker process is replaced between pages, in MB.",
        ),
    ] = 700
    child_recycle_pages: Annotated[
        int, Field(ge=1, description="Pages after which a worker process is replaced.")
    ] = 5000
    max_attempts: Annotated[
        int, Field(ge=1, description="Errors after which a page is given up.")
    ] = 3
    max_deaths: Annotated[
        int, Field(ge=1, description="Deaths of its worker process after which a page is given up.")
    ] = 3
    backoff_base_seconds: Annotated[
        float, Field(ge=0, description="Ceiling of the first wait before another attempt.")
    ] = 1.0
    backoff_cap_seconds: Annotated[
        float, Field(ge=0, description="Ceiling of any wait before another attempt.")
    ] = 60.0
    lease_seconds: Annotated[
        float,
        Field(gt=0, description="Time for which a task belongs to a node that is not heard of."),
    ] = 60.0
    heartbeat_seconds: Annotated[
        float, Field(gt=0, description="How often a node reports and extends its leases.")
    ] = 15.0
    drain_seconds: Annotated[
        float,
        Field(ge=0, description="How long pages in work may finish after a stop was asked for."),
    ] = 30.0
    user_max_running: Annotated[
        int, Field(ge=0, description="Most tasks of one user in work at once; 0 means no limit.")
    ] = 0

    watch_interval_ms: Annotated[
        int,
        Field(
            ge=20,
            le=5000,
            description="How often the server looks for news of watched jobs, in ms.",
        ),
    ] = 100
    max_watchers: Annotated[int, Field(ge=1, description="Most live streams open at once.")] = (
        10_000
    )
    max_wait_seconds: Annotated[float, Field(ge=0, description="Longest long poll (?wait=).")] = (
        60.0
    )
    upkeep_seconds: Annotated[
        float, Field(gt=0, description="How often rescue, trash and pruning run.")
    ] = 30.0
    event_days: Annotated[
        float, Field(gt=0, description="Days for which events of finished jobs are kept.")
    ] = 30.0
    plugins: Annotated[
        str,
        Field(
            description="Further engines, each `module:callable` that makes one, separated by"
            " commas."
        ),
    ] = ""
    log_level: Annotated[
        str,
        Field(
            pattern="^(debug|info|warning|error)$", description="Least grave log lines to print."
        ),
    ] = "info"


def load_settings(**flags: object) -> Settings:
    """Settings from defaults, environment and flags; flags that are None were not given.

    Raises `invalid_options` naming the setting that is wrong.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise PagemillError(
            "invalid_options",
            f"Setting {name}: {first['msg']}",
            f"Set PAGEMILL_{name.upper()} or its flag.",
        ) from None
