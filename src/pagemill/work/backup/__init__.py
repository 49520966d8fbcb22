"""Copies of ledger and shelf that belong together, made while others work."""

from pagemill.work.backup.copying import Copier, files_below, sync_all
from pagemill.work.backup.making import Backup, Step, Wish
from pagemill.work.backup.manifest import SHELF, Manifest, read_manifest, write_json

__all__ = [
    "SHELF",
    "Backup",
    "Copier",
    "Manifest",
    "Step",
    "Wish",
    "files_below",
    "read_manifest",
    "sync_all",
    "write_json",
]
