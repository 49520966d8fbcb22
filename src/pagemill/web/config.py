"""What the web side must be told. Plain values: this room reads no settings."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A setting as operators may see it, without secrets. `is_usual`: it has its default."""

    name: str
    value: str
    source: str
    meaning: str
    is_usual: bool


@dataclass(frozen=True, slots=True)
class WebConfig:
    """`idle_seconds`: how long a sender or receiver may do nothing before it is given up.

    `heartbeat_seconds`: how often a silent event stream shows that it lives.
    `min_upload_bytes_per_second`: the slowest upload that is waited for; 0 waits for any.
    `cors_origins`: pages elsewhere that may talk to this server, such as `https://ocr.example`, or
    `*`. `is_open`: no tokens are asked for; then browsers may call the server only by an address,
    localhost or one of `allowed_hosts`. `failed_logins_per_minute`: refused tokens of one address.
    `input_folder` holds files that people convert by name. `extract_*`: how long an extraction may
    run, and how long its result is kept. `settings` are shown, and nothing here depends on them.
    """

    watch_interval_ms: int = 100
    max_watchers: int = 10_000
    max_wait_seconds: float = 60.0
    heartbeat_seconds: float = 15.0
    idle_seconds: float = 60.0
    min_upload_bytes_per_second: float = 1000.0
    max_pages: int = 20_000
    max_page_pixels: int = 40_000_000
    user_max_running: int = 0
    cors_origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    is_open: bool = True
    failed_logins_per_minute: int = 30
    input_folder: Path = Path("input")
    extract_soft_seconds: float = 240.0
    extract_hard_seconds: float = 300.0
    extract_expires_seconds: float = 3600.0
    settings: tuple[SettingLine, ...] = ()
