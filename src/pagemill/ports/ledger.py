"""The only truth about jobs, and the values it answers with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from pagemill.model.document import Document
from pagemill.model.event import Event
from pagemill.model.job import Failure, Job, JobState, NewJob
from pagemill.model.people import LOCAL, Caller
from pagemill.model.retention import Overdue
from pagemill.model.task import Report, TaskState, Work
from pagemill.ports.books import Books
from pagemill.ports.changes import Changes
from pagemill.ports.contents import Contents
from pagemill.ports.dead_letters import DeadLetters
from pagemill.ports.figures import Figures
from pagemill.ports.keeping import Keeping
from pagemill.ports.people import People
from pagemill.ports.revisions import Revisions
from pagemill.ports.scheduling import Scheduling
from pagemill.ports.search import Finished
from pagemill.ports.sources import Sources
from pagemill.ports.time import Clock


@dataclass(frozen=True, slots=True)
class Submitted:
    """`is_new` is false when the idempotency key found an earlier job."""

    job: Job
    is_new: bool


@dataclass(frozen=True, slots=True)
class JobQuery:
    """Newest first. `before` is the id of the last job of the page before. `name` is a part of the
    file name, without regard to case. `user_id` "" means everybody.
    """

    user_id: str = ""
    states: tuple[JobState, ...] = ()
    name: str = ""
    before: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class PageState:
    """One page of a job. `token` names its page text on the shelf once it is done; while it is
    read again, that of the reading before.
    """

    number: int
    state: TaskState
    engine: str
    reason: str
    attempt: int
    deaths: int
    token: str = ""
    is_cached: bool = False
    run_ms: int | None = None
    confidence: float | None = None
    flags: tuple[str, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class PageRun:
    """The pages from `first` to `last`, all in the same state."""

    first: int
    last: int
    state: TaskState


@dataclass(frozen=True, slots=True)
class NodeState:
    """A machine's agent as it last reported. `running` has a dict per busy child: `{child, pid,
    task_id, job_id, user_id, kind, page, engine, attempt, since_ms, memory_mb, child_since_ms,
    child_tasks}`. `memory_mb` is what the agent and all its children hold.
    """

    id: str
    boot: str
    host: str
    pid: int
    slots: int
    engines: tuple[str, ...]
    started_ms: int
    seen_ms: int
    is_draining: bool = False
    running: tuple[dict[str, object], ...] = ()
    memory_mb: int = 0


@dataclass(frozen=True, slots=True)
class Trash:
    """A shelf folder (`is_folder`) or key to be deleted; rows remain until the bytes are gone."""

    key: str
    is_folder: bool


@dataclass(frozen=True, slots=True)
class PruneDates:
    """What is older goes: events of ended jobs, uploads nobody made a job of, the audit log."""

    events_ms: int
    uploads_ms: int = 0
    audit_ms: int = 0


class Ledger(Protocol):
    """The only truth about jobs. Every call is one transaction, or none. Thread-safe.

    All raise `ledger_busy` (try again) or `disk_full` when the database cannot answer; nothing is
    then half done. `user_id` arguments of "" mean: whoever owns it. What people do (`by`) is
    written into the audit log in the same transaction.
    """

    @property
    def clock(self) -> Clock:
        """Whose time the moments in the ledger are: on PostgreSQL the server's."""
        ...

    @property
    def people(self) -> People: ...

    @property
    def figures(self) -> Figures: ...

    @property
    def changes(self) -> Changes: ...

    @property
    def scheduling(self) -> Scheduling: ...

    @property
    def contents(self) -> Contents: ...

    @property
    def sources(self) -> Sources: ...

    @property
    def dead_letters(self) -> DeadLetters: ...

    @property
    def revisions(self) -> Revisions: ...

    @property
    def books(self) -> Books: ...

    @property
    def keeping(self) -> Keeping: ...

    @property
    def finished(self) -> Finished: ...

    # people
    def submit(self, new: NewJob) -> Submitted:
        """Writes document, job, split task and event; durable on the disk when it returns.
        Raises `idempotency_conflict` if the key was used with another document or options, and
        `too_many_jobs`, `quota_pages`, `quota_bytes` beyond the user's limits.
        """
        ...

    def job(self, ref: str, user_id: str = "") -> Job:
        """By id or handle. Raises `job_not_found`."""
        ...

    def jobs(self, query: JobQuery) -> list[Job]: ...

    def jobs_by_id(self, ids: Sequence[str]) -> list[Job]:
        """Those that still exist, in no promised order. One statement however many."""
        ...

    def position(self, job: Job) -> int | None:
        """How many queued jobs stand before it, plus 1; None when it is not queued. Exact within
        1,000 places of either end of the line, an estimate by rank between them.
        """
        ...

    def document(self, sha256: str, user_id: str) -> tuple[Document, str]:
        """An earlier upload of this user and its file name. Raises `document_not_found`."""
        ...

    def keep_upload(self, upload_id: str, document: Document, filename: str, by: Caller) -> bool:
        """Writes an upload down; durable on the disk when it returns. False where the user has
        another of that id. Raises `quota_bytes`.
        """
        ...

    def drop_upload(self, upload_id: str, user_id: str) -> None: ...

    def upload(self, upload_id: str, user_id: str) -> tuple[Document, str]:
        """A kept document and its file name. Raises `upload_not_found`."""
        ...

    def pages(self, job_id: str, after: int = 0, limit: int = 1000) -> list[PageState]:
        """Pages with a number above `after`, ascending."""
        ...

    def page_runs(self, job_id: str) -> list[PageRun]:
        """How every page stands, ascending; pages in a row that stand alike are one run."""
        ...

    def page(self, job_id: str, number: int) -> PageState:
        """Raises `page_not_found`."""
        ...

    def failed_pages(self, job_ids: Sequence[str], limit: int = 1000) -> dict[str, list[int]]:
        """Numbers of given-up pages by job id; jobs without any are left out."""
        ...

    def events(self, job_id: str, after: int = 0, limit: int = 1000) -> list[Event]:
        """Events with a `seq` above `after`, ascending."""
        ...

    def cancel(self, job_id: str, by: Caller = LOCAL) -> Job:
        """Raises `invalid_state`. Running tasks lose their token at once."""
        ...

    def pause(self, job_id: str, by: Caller = LOCAL) -> Job:
        """Ready and waiting tasks are held; running ones may finish. Raises `invalid_state`."""
        ...

    def resume(self, job_id: str, by: Caller = LOCAL) -> Job: ...

    def retry(self, job_id: str, engine: str = "", password: str = "", by: Caller = LOCAL) -> Job:
        """Failed and cancelled pages only (or the split, if that failed), with `engine` if given.
        Finished pages stay. Raises `invalid_state` when there is nothing to retry.
        """
        ...

    def set_priority(self, job_id: str, priority: int, by: Caller = LOCAL) -> Job: ...

    def delete(self, job_id: str, by: Caller = LOCAL) -> None:
        """Any state; the job's files, and a document nobody else uses, go to the trash."""
        ...

    def password(self, job_id: str) -> str: ...

    def nodes(self) -> list[NodeState]: ...

    def change_mark(self) -> int:
        """A number that differs from the last one if anybody may have written since; cheap."""
        ...

    def trips(self) -> int:
        """About how often this process has gone to the database so far."""
        ...

    # agents
    def enter(self, node: NodeState) -> int:
        """Writes the node down and makes tasks held by older boots of it ready again, without
        counting the attempt. Returns how many.
        """
        ...

    def leave(self, node_id: str) -> None: ...

    def claim(
        self, owner: str, pools: Sequence[str], slots: int, lease_seconds: float
    ) -> list[Work]:
        """Up to `slots` ready tasks of these pools (of all if none are named): fair between users,
        by rank within one, limits exact, nothing of what is stopped or rests. Promotes waiting
        tasks whose time has come. `owner` is `node:boot`.
        """
        ...

    def finish(self, reports: Sequence[Report]) -> list[bool]:
        """Settles attempts, writes follow-ups, counters and events, all in one transaction. False
        where the token no longer holds the task: that report changed nothing.
        """
        ...

    def heartbeat(self, node: NodeState, lease_seconds: float) -> set[int]:
        """Extends this boot's leases; returns the ids of the tasks it still holds."""
        ...

    def held(self, owner: str) -> set[int]:
        """Ids of the tasks `owner` holds. Read only: it may be asked often."""
        ...

    def let_go(self, owner: str, task_ids: Collection[int]) -> int:
        """Those of them that `owner` holds are ready again, uncounted. For tasks it does not know
        of: the answer to its claim, or the last of what was committed, was lost with the server.
        Returns how many.
        """
        ...

    def rescue(self) -> int:
        """Tasks whose lease ran out become ready again, or dead at the limit. Returns how many."""
        ...

    def next_due_ms(self) -> int | None:
        """When the earliest waiting task or resting pool wakes; None if there is none."""
        ...

    # upkeep
    def trash(self, limit: int = 100) -> list[Trash]: ...

    def empty_trash(self, done: Sequence[Trash]) -> None: ...

    def put_off_trash(self, late: Sequence[Trash]) -> None:
        """What cannot be deleted now: everything else comes first."""
        ...

    def prune(self, before: PruneDates) -> int:
        """Drops what is older, and documents without job and upload. Returns how many rows."""
        ...

    def overdue(self, limit: int = 200) -> list[Overdue]:
        """Ended jobs that must go by age, count or storage, about `limit` at a time, and none that
        may stay once the others have gone. Reads only: what a dry run shows.
        """
        ...

    def retire(self, jobs: Sequence[Overdue]) -> int:
        """Deletes those that have not gone on since. Returns how many."""
        ...

    def redate(self) -> int:
        """Gives all jobs the date of expiry that today's limits mean. Returns how many changed."""
        ...

    def stop_late_jobs(self) -> int:
        """Ends jobs that ran into a time limit, as `NewJob` says. Returns how many it met. Reads
        only while there are none: it may be asked often.
        """
        ...

    def document_in_use(self, sha256: str) -> bool: ...

    def close(self) -> None: ...
