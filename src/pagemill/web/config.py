"""What the web side must be told. Plain values: this room reads no settings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebConfig:
    """`idle_seconds`: how long a sender or receiver may do nothing before it is given up.

    `heartbeat_seconds`: how often a silent event stream shows that it lives.
    """

    watch_interval_ms: int = 100
    max_watchers: int = 10_000
    max_wait_seconds: float = 60.0
    heartbeat_seconds: float = 15.0
    idle_seconds: float = 60.0
    max_pages: int = 20_000
    max_page_pixels: int = 40_000_000
    user_max_running: int = 0
