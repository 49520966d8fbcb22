"""Second thoughts about pages, on a database."""

from pagemill.ledger.database import Database, writing
from pagemill.ledger.rows import Row
from pagemill.ledger.tasks import revising
from pagemill.model.job import Job
from pagemill.model.people import LOCAL, Caller
from pagemill.model.retention import Bounds
from pagemill.ports.revisions import Correction, CorrectionQuery, NewCorrection
from pagemill.ports.time import Clock


class SqlRevisions:
    """See `pagemill.ports.Revisions` for every promise. Thread-safe."""

    def __init__(self, database: Database, clock: Clock, bounds: Bounds) -> None:
        self._database = database
        self._clock = clock
        self._bounds = bounds

    def correct(self, job_id: str, new: NewCorrection, by: Caller = LOCAL) -> Job | None:
        with writing(self._database, self._clock) as tx:
            return revising.correct(tx, job_id, new, by)

    def corrections(self, job_id: str, query: CorrectionQuery) -> list[Correction]:
        with self._database.read() as sql:
            rows = sql.list_corrections(
                job_id=job_id, page_no=query.page, before=query.before, limit=query.limit
            )
            return [_correction_of(row) for row in rows]

    def read_again(
        self, job_id: str, number: int, engine: str = "", password: str = "", by: Caller = LOCAL
    ) -> Job:
        with writing(self._database, self._clock) as tx:
            return revising.read_again(tx, job_id, number, engine, password, by, self._bounds)


def _correction_of(row: Row) -> Correction:
    return Correction(
        id=row["id"],
        page=row["page_no"],
        block=row["block"],
        before=row["before"],
        after=row["after"],
        user_id=row["user_id"],
        at_ms=row["at_ms"],
        is_superseded=bool(row["is_superseded"]),
    )
