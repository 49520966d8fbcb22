"""What a backup folder says of itself.

- `ledger.db` or `ledger.dump`: the ledger, all of one moment
- `shelf/`: every file that ledger refers to
- `backup.json`: the manifest; it is written last, so a folder without is unfinished
- `unfinished.json`: while a backup is being made, or after one was killed
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pagemill.errors import PagemillError

MANIFEST, UNFINISHED, LOCK, NEEDS = "backup.json", "unfinished.json", "backup.lock", "needs.tsv"
SHELF = "shelf"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """`missing` files were referred to and lay nowhere; `changed` outputs were written anew after
    the ledger was copied, so that a restore writes them once more.
    """

    pagemill: str
    ledger: str
    schema: int
    made_ms: int
    documents: int
    jobs: int
    files: int
    bytes: int
    missing: int
    changed: int
    format: int = FORMAT


def read_manifest(folder: Path) -> Manifest:
    """Raises `backup_failed` where there is no finished backup, or one this version cannot read."""
    try:
        given = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _no_backup(folder) from None
    except ValueError as error:
        raise PagemillError("backup_failed", f"{folder / MANIFEST} is damaged: {error}") from None
    if not isinstance(given, dict) or given.get("format") != FORMAT:
        raise PagemillError(
            "backup_failed",
            f"{folder} holds a backup in a form this version does not know",
            "Restore it with the version that made it, or a later one.",
        )
    names = Manifest.__dataclass_fields__
    return Manifest(**{name: value for name, value in given.items() if name in names})


def write_manifest(folder: Path, manifest: Manifest) -> None:
    write_json(folder / MANIFEST, asdict(manifest))


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """Whole or not at all, and synced."""
    staged = path.with_name(f"{path.name}.part")
    with staged.open("w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    staged.replace(path)


def _no_backup(folder: Path) -> PagemillError:
    if (folder / UNFINISHED).exists():
        return PagemillError(
            "backup_failed",
            f"The backup in {folder} was never finished",
            f"Go on with it: `pagemill backup {folder}`.",
        )
    return PagemillError(
        "backup_failed", f"There is no backup in {folder}", f"A backup has a file {MANIFEST}."
    )
