"""The report of an ingest: one row a file, written as it goes, so that a stopped run has one too.

A name that ends in `.json` or `.jsonl` gets a JSON object a line; any other, CSV.
"""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from pagemill.cli.ingest.verdicts import Outcome, Tally, Verdict

COLUMNS = ("path", "outcome", "job_id", "code", "message")


class Report:
    """A `Listener` that keeps what was not accepted, or (`is_whole`) every verdict."""

    def __init__(self, path: Path, *, is_whole: bool = False) -> None:
        """Raises OSError where nothing can be written."""
        self._is_whole = is_whole
        self._is_json = path.suffix.lower() in (".json", ".jsonl")
        self._file = path.open("w", encoding="utf-8", newline="")
        self._table = csv.writer(self._file)
        if not self._is_json:
            self._table.writerow(COLUMNS)

    def hear(self, verdicts: Sequence[Verdict], tally: Tally) -> None:
        del tally
        for verdict in verdicts:
            if self._is_whole or verdict.outcome is not Outcome.ACCEPTED:
                self._write(verdict)
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _write(self, verdict: Verdict) -> None:
        row = (
            shown(verdict.path),
            verdict.outcome.value,
            verdict.job_id,
            verdict.code,
            verdict.message,
        )
        if self._is_json:
            self._file.write(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n")
        else:
            self._table.writerow(row)


def shown(path: Path) -> str:
    r"""A path as text: bytes that are no UTF-8 as `\xff`."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
