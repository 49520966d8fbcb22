"""Every knob in one table: name, default, unit, meaning."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from pagemill.settings.sources import from_ancestors, from_file

MB = 1024 * 1024


def _none_if_empty(value: object) -> object:
    """A variable can hold no `None`; the empty text stands for it."""
    return None if value == "" else value


class Settings(BaseSettings):
    """All settings. Units are in the names; each carries its meaning as description."""

    model_config = SettingsConfigDict(
        env_prefix="PAGEMILL_", frozen=True, extra="forbid", allow_inf_nan=False
    )

    data: Annotated[Path, Field(description="Folder for the ledger and the shelf.")] = Path(
        "pagemill-data"
    )
    ledger: Annotated[
        str,
        Field(
            pattern="^(postgres(ql)?://.*)?$",
            description="PostgreSQL database for the ledger (`postgresql://user@host:5432/name`),"
            " which several machines may share; without it, a file in the data folder.",
        ),
    ] = ""
    ledger_connections: Annotated[
        int,
        Field(ge=2, le=1000, description="Most connections of one process to PostgreSQL."),
    ] = 10
    shelf: Annotated[
        Path | None,
        BeforeValidator(_none_if_empty),
        Field(
            description="Folder of documents and results, where several machines share one;"
            " without it, `<data>/shelf`."
        ),
    ] = None
    host: Annotated[str, Field(description="Address the server listens on.")] = "127.0.0.1"
    port: Annotated[
        int, Field(ge=0, le=65535, description="Port the server listens on; 0 picks a free one.")
    ] = 8000
    url: Annotated[str, Field(description="Server the client commands talk to.")] = (
        "http://127.0.0.1:8000"
    )
    token: Annotated[str, Field(description="Token the client commands send.")] = ""
    require_tokens: Annotated[
        bool,
        Field(description="Ask for a token on loopback, too, as behind a reverse proxy."),
    ] = False
    cors_origins: Annotated[
        str,
        Field(
            description="Origins of web pages on other addresses that may talk to this server,"
            " separated by commas; `*` for any."
        ),
    ] = ""
    allowed_hosts: Annotated[
        str,
        Field(
            description="Host names, beside addresses and localhost, by which browsers may call a"
            " server that asks for no tokens, separated by commas."
        ),
    ] = ""
    header_seconds: Annotated[
        float,
        Field(gt=0, description="How long a connection may take to send its request's headers."),
    ] = 15.0
    min_upload_kbps: Annotated[
        float, Field(ge=0, description="Slowest upload that is waited for, in kB per second.")
    ] = 1.0

    workers: Annotated[
        int, Field(ge=0, le=1024, description="Worker processes on this machine; 0 means none.")
    ] = os.cpu_count() or 1
    worker_nice: Annotated[
        int,
        Field(
            ge=0,
            le=19,
            description="How far worker processes stand back when processors are short (nice).",
        ),
    ] = 10
    worker_engines: Annotated[
        str,
        Field(
            description="Engines whose pages are read on this machine, separated by commas; all if"
            " none is named. `auto` stands for pages whose engine is chosen when they are read."
        ),
    ] = ""
    engine: Annotated[
        str,
        Field(
            description="Engine that `auto` uses where a page has no good text layer, whatever the"
            " mode; auto leaves it to the mode and the processor."
        ),
    ] = "auto"
    ocr_runtime: Annotated[
        str,
        Field(
            pattern="^(auto|openvino|openvino-int8|openvino-f32|onnxruntime)$",
            description="What runs the models of `ppocr`: auto (OpenVINO where it is installed),"
            " openvino, openvino-int8 (without bf16), openvino-f32 (without bf16 and eight bits:"
            " slow, and the same on all processors) or onnxruntime.",
        ),
    ] = "auto"
    outputs: Annotated[
        str, Field(description="Outputs of a job that names none, separated by commas.")
    ] = "markdown"
    input_folder: Annotated[
        Path | None,
        BeforeValidator(_none_if_empty),
        Field(
            description="Folder whose files `POST /convert` takes by name; without it,"
            " `<data>/input`."
        ),
    ] = None

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
        float,
        Field(
            gt=0,
            description="Longest time for opening a document; the first attempt gets no more than"
            " one at a page.",
        ),
    ] = 300.0
    assemble_timeout_seconds: Annotated[
        float, Field(gt=0, description="Longest time for writing the outputs.")
    ] = 1800.0
    extract_soft_seconds: Annotated[
        float,
        Field(gt=0, description="Time after which an extraction winds up with what it has."),
    ] = 240.0
    extract_hard_seconds: Annotated[
        float, Field(gt=0, description="Time after which an extraction is given up.")
    ] = 300.0
    extract_expires_seconds: Annotated[
        float, Field(gt=0, description="Time for which the result of an extraction is kept.")
    ] = 3600.0
    child_memory_mb: Annotated[
        int, Field(ge=128, description="Memory (RSS) at which a worker process is killed, in MB.")
    ] = 2048
    child_recycle_mb: Annotated[
        int,
        Field(
            ge=64,
            description="Memory (RSS) at which a worker process is replaced between pages, in MB.",
        ),
    ] = 1000
    child_recycle_pages: Annotated[
        int, Field(ge=1, description="Pages after which a worker process is replaced.")
    ] = 5000
    max_attempts: Annotated[
        int, Field(ge=1, description="Errors after which a page is given up.")
    ] = 3
    max_deaths: Annotated[
        int,
        Field(
            ge=1,
            description="Deaths of its worker process after which a page is given up; two in a row"
            " for want of time or memory are enough.",
        ),
    ] = 3
    backoff_base_seconds: Annotated[
        float, Field(ge=0, description="Ceiling of the first wait before another attempt.")
    ] = 1.0
    backoff_cap_seconds: Annotated[
        float, Field(ge=0, description="Ceiling of any wait before another attempt.")
    ] = 60.0
    breaker_failures: Annotated[
        int,
        Field(
            ge=0,
            description="Different jobs whose pages fail one after the other, with no success"
            " between them, until their engine rests; 0 means it never does for that.",
        ),
    ] = 10
    breaker_cap_seconds: Annotated[
        float,
        Field(gt=0, description="Longest rest of an engine that is away before it is asked again."),
    ] = 300.0
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

    max_job_age_hours: Annotated[
        float,
        Field(
            ge=0,
            description="Hours for which finished jobs are kept; 0 means until they are deleted.",
        ),
    ] = 0.0
    max_job_count: Annotated[
        int, Field(ge=0, description="Most finished jobs kept, the newest; 0 means no limit.")
    ] = 0
    max_job_storage_mb: Annotated[
        int,
        Field(ge=0, description="Most space that finished jobs take, in MB; 0 means no limit."),
    ] = 0
    user_max_job_age_hours: Annotated[
        float,
        Field(
            ge=0,
            description="Hours for which a user's finished jobs are kept, unless the user has a"
            " limit of their own; 0 means until they are deleted.",
        ),
    ] = 0.0
    user_max_job_count: Annotated[
        int,
        Field(
            ge=0,
            description="Most finished jobs of one user kept, unless the user has a limit of their"
            " own; 0 means no limit.",
        ),
    ] = 0
    user_max_job_storage_mb: Annotated[
        int,
        Field(
            ge=0,
            description="Most space that one user's finished jobs take, in MB, unless the user has"
            " a limit of their own; 0 means no limit.",
        ),
    ] = 0

    requests_per_minute: Annotated[
        int, Field(ge=0, description="Most requests of one user per minute; 0 means no limit.")
    ] = 0
    pages_per_day: Annotated[
        int, Field(ge=0, description="Most pages of one user per day; 0 means no limit.")
    ] = 0
    max_stored_mb: Annotated[
        int,
        Field(ge=0, description="Most space that one user may fill, in MB; 0 means no limit."),
    ] = 0
    max_waiting_jobs: Annotated[
        int, Field(ge=0, description="Most queued jobs of one user; 0 means no limit.")
    ] = 0
    failed_logins_per_minute: Annotated[
        int,
        Field(
            ge=1,
            description="Refused tokens from one address per minute before it is told to wait.",
        ),
    ] = 30

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
    search: Annotated[
        bool,
        Field(
            description="Keep the full text of finished jobs, so that people can search it; without"
            " it nothing new is added and nothing found."
        ),
    ] = True
    queue_batch_size: Annotated[
        int,
        Field(
            ge=1,
            description="Most jobs that one requeue or clean-up step takes at once, and files of a"
            " batch of `ingest`.",
        ),
    ] = 1000
    max_concurrent_io: Annotated[
        int,
        Field(
            ge=1,
            le=1000,
            description="Most files that `submit` sends, and `ingest` reads, at once.",
        ),
    ] = 50
    inbox_settle_seconds: Annotated[
        float,
        Field(ge=0, description="How long a file in an inbox must stand still to be taken."),
    ] = 2.0
    inbox_poll_seconds: Annotated[
        float,
        Field(
            ge=0,
            description="How often an inbox is looked through, as network shares need it; 0: now"
            " and then, as the system tells what moves.",
        ),
    ] = 0.0
    event_days: Annotated[
        float, Field(gt=0, description="Days for which events of finished jobs are kept.")
    ] = 30.0
    audit_days: Annotated[
        float, Field(gt=0, description="Days for which the audit log is kept.")
    ] = 365.0
    upload_hours: Annotated[
        float,
        Field(gt=0, description="Time for which an upload waits for somebody to ask for a job."),
    ] = 168.0
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
    log_format: Annotated[
        str,
        Field(
            pattern="^(auto|text|json)$",
            description="How log lines look; `auto` is text on a terminal and JSON elsewhere.",
        ),
    ] = "auto"
    traces: Annotated[
        bool,
        Field(
            description="Send traces of jobs by OpenTelemetry; where to is said by its own"
            " variables, such as OTEL_EXPORTER_OTLP_ENDPOINT."
        ),
    ] = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Strongest first; a value that a stronger one hides is not even checked."""
        del dotenv_settings, file_secret_settings  # no places of ours
        weaker = (from_ancestors(), from_file(settings_cls.model_fields))
        outside = [{name: given.value for name, given in found.items()} for found in weaker]
        return (
            init_settings,
            env_settings,
            *(InitSettingsSource(settings_cls, values) for values in outside),
        )
