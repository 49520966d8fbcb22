"""The ledger as `pagemill.ports.Ledger` promises it, over any database that offers `Database`."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager

from pagemill.errors import PagemillError
from pagemill.ledger import commands, reading
from pagemill.ledger.database import Database, writing
from pagemill.ledger.intake import submitting
from pagemill.ledger.intake.sql_contents import SqlContents
from pagemill.ledger.intake.sql_sources import SqlSources
from pagemill.ledger.intake.together import Together
from pagemill.ledger.keeping import retiring, upkeep
from pagemill.ledger.keeping.sql_books import SqlBooks
from pagemill.ledger.keeping.sql_keeping import SqlKeeping
from pagemill.ledger.rows import node_of, trash_of, user_of
from pagemill.ledger.sql_changes import SqlChanges
from pagemill.ledger.sql_figures import SqlFigures, place
from pagemill.ledger.sql_finished import SqlFinished
from pagemill.ledger.sql_people import SqlPeople
from pagemill.ledger.statements import Transaction
from pagemill.ledger.tasks import claiming, nodes, settling
from pagemill.ledger.tasks.claiming import Wish
from pagemill.ledger.tasks.settling import Rules
from pagemill.ledger.tasks.sql_dead_letters import SqlDeadLetters
from pagemill.ledger.tasks.sql_revisions import SqlRevisions
from pagemill.ledger.tasks.sql_scheduling import SqlScheduling
from pagemill.model.document import Document
from pagemill.model.event import Event
from pagemill.model.job import Job, NewJob, NewUpload
from pagemill.model.people import LOCAL, Caller
from pagemill.model.retention import Overdue
from pagemill.model.task import Report, Work
from pagemill.ports.ledger import (
    JobQuery,
    NodeState,
    PageRun,
    PageState,
    PruneDates,
    Submitted,
    Trash,
)
from pagemill.ports.time import Clock


class SqlLedger:
    """See `pagemill.ports.Ledger` for every promise. Thread-safe."""

    def __init__(
        self, database: Database, clock: Clock, rules: Rules, user_max_running: int
    ) -> None:
        self._database = database
        self._clock = clock
        self._rules = rules
        self._user_max_running = user_max_running
        self.people = SqlPeople(database, clock, rules.bounds)
        self.figures = SqlFigures(database, clock)
        self.changes = SqlChanges(database)
        self.scheduling = SqlScheduling(database, clock)
        self.contents = SqlContents(database)
        self.sources = SqlSources(database, clock, rules.bounds)
        self.books = SqlBooks(database, clock)
        self.keeping = SqlKeeping(database, clock, rules)
        self.dead_letters = SqlDeadLetters(database, clock)
        self.finished = SqlFinished(database)
        self.revisions = SqlRevisions(database, clock, rules.bounds)
        # What people are told is safe is synced; what comes at the same time is synced at once.
        self._arrivals: Together[NewJob | NewUpload, Submitted | bool] = Together(self._take_all)

    @property
    def clock(self) -> Clock:
        return self._clock

    def _write(
        self, *, may_be_lost: bool = False, is_counting: bool = True
    ) -> AbstractContextManager[Transaction]:
        return writing(
            self._database, self._clock, may_be_lost=may_be_lost, is_counting=is_counting
        )

    # people

    def submit(self, new: NewJob) -> Submitted:
        answer = self._arrivals.ask(new)
        assert isinstance(answer, Submitted)  # noqa: S101  a job was asked for
        return answer

    def _take_all(
        self, several: Sequence[NewJob | NewUpload]
    ) -> list[Submitted | bool | Exception]:
        answers: list[Submitted | bool | Exception] = []
        with self._write() as tx:
            for new in several:
                try:
                    answers.append(submitting.take(tx, new, self._rules.bounds))
                except PagemillError as error:
                    answers.append(error)
        return answers

    def job(self, ref: str, user_id: str = "") -> Job:
        with self._database.read() as sql:
            return reading.find_job(sql, ref, user_id)

    def jobs(self, query: JobQuery) -> list[Job]:
        with self._database.read() as sql:
            return reading.list_jobs(sql, query)

    def jobs_by_id(self, ids: Sequence[str]) -> list[Job]:
        with self._database.read() as sql:
            return reading.find_jobs(sql, ids)

    def position(self, job: Job) -> int | None:
        with self._database.snapshot() as sql:
            return place(sql, job.id)

    def document(self, sha256: str, user_id: str) -> tuple[Document, str]:
        with self._database.read() as sql:
            return reading.find_document(sql, sha256, user_id)

    def keep_upload(self, upload_id: str, document: Document, filename: str, by: Caller) -> bool:
        return bool(self._arrivals.ask(NewUpload(upload_id, by, document, filename)))

    def drop_upload(self, upload_id: str, user_id: str) -> None:
        with self._write() as tx:
            tx.sql.drop_upload(id=upload_id, user_id=user_id)

    def upload(self, upload_id: str, user_id: str) -> tuple[Document, str]:
        with self._database.read() as sql:
            return reading.find_upload(sql, upload_id, user_id)

    def pages(self, job_id: str, after: int = 0, limit: int = 1000) -> list[PageState]:
        with self._database.read() as sql:
            return reading.list_pages(sql, job_id, after, limit)

    def page_runs(self, job_id: str) -> list[PageRun]:
        with self._database.read() as sql:
            return reading.page_runs(sql, job_id)

    def page(self, job_id: str, number: int) -> PageState:
        with self._database.read() as sql:
            return reading.find_page(sql, job_id, number)

    def failed_pages(self, job_ids: Sequence[str], limit: int = 1000) -> dict[str, list[int]]:
        with self._database.read() as sql:
            return reading.failed_pages(sql, job_ids, limit)

    def events(self, job_id: str, after: int = 0, limit: int = 1000) -> list[Event]:
        with self._database.read() as sql:
            return reading.list_events(sql, job_id, after, limit)

    def cancel(self, job_id: str, by: Caller = LOCAL) -> Job:
        with self._write() as tx:
            return commands.cancel(tx, job_id, by)

    def pause(self, job_id: str, by: Caller = LOCAL) -> Job:
        with self._write() as tx:
            return commands.pause(tx, job_id, by)

    def resume(self, job_id: str, by: Caller = LOCAL) -> Job:
        with self._write() as tx:
            return commands.resume(tx, job_id, by)

    def retry(self, job_id: str, engine: str = "", password: str = "", by: Caller = LOCAL) -> Job:
        with self._write() as tx:
            return commands.retry(tx, job_id, engine, password, by)

    def set_priority(self, job_id: str, priority: int, by: Caller = LOCAL) -> Job:
        with self._write() as tx:
            return commands.set_priority(tx, job_id, priority, by)

    def delete(self, job_id: str, by: Caller = LOCAL) -> None:
        with self._write() as tx:
            commands.delete(tx, job_id, by)

    def password(self, job_id: str) -> str:
        with self._database.read() as sql:
            return reading.password(sql, job_id)

    def nodes(self) -> list[NodeState]:
        with self._database.read() as sql:
            return [node_of(row) for row in sql.list_nodes()]

    def change_mark(self) -> int:
        return self._database.change_mark()

    def trips(self) -> int:
        return self._database.trips()

    # agents

    def enter(self, node: NodeState) -> int:
        with self._write() as tx:
            return nodes.enter(tx, node, self._rules)

    def leave(self, node_id: str) -> None:
        with self._write() as tx:
            nodes.leave(tx, node_id, self._rules)

    def claim(
        self, owner: str, pools: Sequence[str], slots: int, lease_seconds: float
    ) -> list[Work]:
        wish = Wish(owner, pools, slots, round(1000 * lease_seconds), self._user_max_running)
        with self._write(may_be_lost=True, is_counting=False) as tx:
            return claiming.claim(tx, wish, self._rules.policy)

    def finish(self, reports: Sequence[Report]) -> list[bool]:
        if not reports:
            return []
        with self._write(is_counting=False) as tx:
            return settling.finish(tx, reports, self._rules)

    def heartbeat(self, node: NodeState, lease_seconds: float) -> set[int]:
        with self._write(may_be_lost=True) as tx:
            return nodes.heartbeat(tx, node, round(1000 * lease_seconds))

    def held(self, owner: str) -> set[int]:
        with self._database.read() as sql:
            return {row["id"] for row in sql.held_tasks(owner=owner)}

    def let_go(self, owner: str, task_ids: Collection[int]) -> int:
        with self._write() as tx:
            return nodes.let_go(tx, owner, task_ids, self._rules)

    def rescue(self) -> int:
        with self._write() as tx:
            return nodes.rescue(tx, self._rules)

    def next_due_ms(self) -> int | None:
        with self._database.read() as sql:
            return nodes.next_due(sql, self._clock.now_ms(), self._rules.policy)

    # upkeep

    def trash(self, limit: int = 100) -> list[Trash]:
        with self._database.read() as sql:
            return [trash_of(row) for row in sql.list_trash(limit=limit)]

    def empty_trash(self, done: Sequence[Trash]) -> None:
        if done:
            with self._write() as tx:
                tx.sql.empty_trash([{"key": item.key} for item in done])

    def put_off_trash(self, late: Sequence[Trash]) -> None:
        if late:
            with self._write() as tx:
                tx.sql.put_off_trash([{"key": item.key, "now_ms": tx.now_ms} for item in late])

    def prune(self, before: PruneDates) -> int:
        with self._database.read() as sql:
            documents = upkeep.unused_documents(sql)
        with self._write() as tx:
            return upkeep.prune(tx, before, documents)

    def overdue(self, limit: int = 200) -> list[Overdue]:
        with self._database.read() as sql:
            return retiring.overdue(sql, self._rules.bounds, self._clock.now_ms(), limit)

    def retire(self, jobs: Sequence[Overdue]) -> int:
        with self._write() as tx:
            return retiring.retire(tx, jobs)

    def redate(self) -> int:
        with self._write() as tx:
            users = [user_of(row) for row in tx.sql.list_users()]
            return sum(retiring.redate(tx, user, self._rules.bounds) for user in users)

    def stop_late_jobs(self) -> int:
        with self._database.read() as sql:
            if not sql.late_jobs(now_ms=self._clock.now_ms(), limit=1):
                return 0
        with self._write() as tx:
            return retiring.stop_late_jobs(tx, self._rules)

    def document_in_use(self, sha256: str) -> bool:
        with self._database.read() as sql:
            return bool(sql.document_in_use(sha256=sha256))

    def close(self) -> None:
        self._database.close()
