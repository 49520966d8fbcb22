"""A data folder into which a restore has begun, and not ended, is no house yet."""

from pathlib import Path

from pagemill.errors import PagemillError

MARK = "restore.json"


def is_unfinished(data: Path) -> bool:
    return (data / MARK).exists()


def refuse_unfinished(data: Path) -> None:
    """Raises `restore_unfinished`."""
    if is_unfinished(data):
        raise PagemillError("restore_unfinished", f"A restore into {data} did not end")
