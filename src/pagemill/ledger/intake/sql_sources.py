"""Files from folders on a database: a batch of them is one transaction, and a few statements."""

from collections.abc import Sequence
from dataclasses import replace

from pagemill.access import in_force
from pagemill.errors import PagemillError
from pagemill.ledger.database import Database, writing
from pagemill.ledger.deeds import note
from pagemill.ledger.intake import quotas
from pagemill.ledger.intake.submitting import (
    Admitted,
    add_documents,
    check_priority,
    must_wait,
    write_jobs,
)
from pagemill.ledger.rows import Row, clean, json_of, user_of
from pagemill.ledger.statements import Transaction
from pagemill.model.document import Document
from pagemill.model.job import NewJob
from pagemill.model.people import Caller
from pagemill.model.retention import Bounds
from pagemill.ports.sources import Arrival, Source, Taken
from pagemill.ports.time import Clock


class SqlSources:
    """See `pagemill.ports.Sources` for every promise. Thread-safe."""

    def __init__(self, database: Database, clock: Clock, bounds: Bounds) -> None:
        self._database = database
        self._clock = clock
        self._bounds = bounds

    def known(self, user_id: str, keys: Sequence[str]) -> dict[str, Source]:
        if not keys:
            return {}
        with self._database.read() as sql:
            rows = sql.known_sources(user_id=user_id, keys=json_of(keys))
        return {row["path_key"]: _source_of(row) for row in rows}

    def take(self, by: Caller, batch: Sequence[Arrival]) -> list[Source]:
        for arrival in batch:
            if arrival.job is not None:
                check_priority(arrival.job.priority)
        with writing(self._database, self._clock) as tx:
            return _Gate(tx, by, self._bounds).let_in(batch)


class _Gate:
    """Lets files in one after the other, and writes down at the end."""

    def __init__(self, tx: Transaction, by: Caller, bounds: Bounds) -> None:
        self._tx = tx
        self._by = by
        tx.sql.add_user(user_id=by.id, now_ms=tx.now_ms)
        self._user = user_of(tx.sql.find_user(user_id=by.id))
        self._limits = in_force(self._user.limits, bounds.user)
        self._bounds = bounds
        self._room = quotas.Room(tx, by.id, self._limits)
        self._jobs: dict[str, str] = {}  # by idempotency key
        self._admitted: list[Admitted] = []
        self._again: list[Document] = []  # of jobs that are there

    def let_in(self, batch: Sequence[Arrival]) -> list[Source]:
        self._jobs = self._jobs_there(batch)
        lasting: list[Source] = []
        settled: list[Source] = []
        for arrival in batch:
            source = arrival.source if arrival.job is None else self._settle(arrival, arrival.job)
            settled.append(source)
            if arrival.job is None or source.outcome is not Taken.REFUSED:
                lasting.append(source)
        if self._admitted:
            write_jobs(self._tx, self._admitted)
            self._note()
        if self._again:
            add_documents(self._tx, self._again)
        self._tx.sql.keep_sources([self._row(source) for source in lasting])
        return settled

    def _jobs_there(self, batch: Sequence[Arrival]) -> dict[str, str]:
        keys = {one.job.idempotency_key for one in batch if one.job is not None} - {""}
        rows = self._tx.sql.jobs_of_keys(user_id=self._by.id, keys=json_of(sorted(keys)))
        return {row["idempotency_key"]: row["id"] for row in rows}

    def _settle(self, arrival: Arrival, new: NewJob) -> Source:
        key = new.idempotency_key
        if key in self._jobs:
            self._again.append(new.document)
            return replace(arrival.source, outcome=Taken.DUPLICATE, job_id=self._jobs[key])
        is_held = must_wait(new, self._user)
        try:
            self._room.take(new.document, is_held=is_held)
        except PagemillError as error:
            return replace(
                arrival.source, outcome=Taken.REFUSED, code=error.code, message=error.message
            )
        kept_ms = quotas.kept_ms(self._limits, self._bounds, new.keep_ms)
        self._admitted.append(Admitted(new, kept_ms, is_held=is_held))
        if key:
            self._jobs[key] = new.id
        return replace(arrival.source, outcome=Taken.ACCEPTED, job_id=new.id)

    def _note(self) -> None:
        """One line a batch: a line a file would be the largest part of the log."""
        first, last = self._admitted[0].new, self._admitted[-1].new
        detail = f"{len(self._admitted)} jobs up to {last.id}: {first.filename} to {last.filename}"
        note(self._tx, self._by, "job.ingest", first.id, detail)

    def _row(self, source: Source) -> dict[str, object]:
        return {
            "user_id": self._by.id,
            "path_key": source.key,
            "path": clean(source.path),
            "size_bytes": source.size_bytes,
            "mtime_ns": source.mtime_ns,
            "sha256": source.sha256 or None,
            "job_id": source.job_id or None,
            "outcome": source.outcome,
            "code": source.code,
            "message": clean(source.message),
            "now_ms": self._tx.now_ms,
        }


def _source_of(row: Row) -> Source:
    return Source(
        key=row["path_key"],
        path=row["path"],
        size_bytes=row["size_bytes"],
        mtime_ns=row["mtime_ns"],
        sha256=row["sha256"] or "",
        outcome=Taken(row["outcome"]),
        job_id=row["job_id"] or "",
        code=row["code"],
        message=row["message"],
    )
