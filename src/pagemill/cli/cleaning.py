"""`clean`: the retention that a node keeps by itself, now and in the open.

Where a node works on the data folder, jobs go but their bytes are left to it: two who empty one
trash would trip over each other. The dates of expiry are then the node's, too, for they follow from
its settings.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum

from pagemill.app.house import House, open_house
from pagemill.app.ledgers import is_ledger_there
from pagemill.app.lock import is_node_running, node_lock
from pagemill.app.logs import logs_of
from pagemill.app.node import upkeep_of
from pagemill.cli.local import hushed
from pagemill.cli.screen import Screen, moment, plural, size
from pagemill.errors import PagemillError
from pagemill.model.retention import Overdue
from pagemill.ports import Ledger
from pagemill.settings import Settings

MOST_TOLD = 50
ALL = 2**31 - 1
JOBS_AT_ONCE = 50  # a transaction, for which others wait
IDLE_ROUNDS = 2
REASONS = {
    "age": "older than they are kept",
    "count": "more than are kept",
    "storage": "more space than they may take",
}


class Space(StrEnum):
    """What has become of the bytes."""

    FREED = "freed"
    LATER = "later"
    SERVER = "server"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Account:
    gone: Sequence[Overdue]
    space: Space

    @property
    def reasons(self) -> Counter[str]:
        return Counter(over.reason for over in self.gone)

    @property
    def stored_bytes(self) -> int:
        return _bytes_of(self.gone)


def clean(settings: Settings, screen: Screen, *, is_dry: bool) -> int:
    """Raises `file_not_found` where there is no ledger."""
    if not is_ledger_there(settings):
        raise PagemillError(
            "file_not_found",
            f"There is no ledger in {settings.data}",
            "Name the server's data folder (--data, PAGEMILL_DATA).",
        )
    logs_of(settings, hushed(settings.log_level))
    with closing(open_house(settings)) as house, _folder_if_free(house) as is_free:
        if is_free:
            house.ledger.redate()
        if is_dry:
            account = Account(house.ledger.overdue(ALL), Space.KEPT)
        else:
            gone = list(_retire(house))
            account = Account(gone, _free_space(house) if is_free else Space.SERVER)
    _tell(account, screen)
    return 0


@contextmanager
def _folder_if_free(house: House) -> Iterator[bool]:
    """Whether no node works on it; then none begins before the end of the block."""
    data = house.settings.data.absolute()
    with ExitStack() as stack:
        try:
            is_free = not is_node_running(data)
            if is_free:
                stack.enter_context(node_lock(data))
        except PagemillError as error:
            if error.code != "node_running":
                raise
            is_free = False
        yield is_free


def _retire(house: House) -> Iterator[Overdue]:
    """Until nothing is overdue; a batch of which nothing goes ends it, too."""
    gone = None
    while gone != [] and (batch := house.ledger.overdue(house.settings.queue_batch_size)):
        parts = range(0, len(batch), JOBS_AT_ONCE)
        gone = [over for n in parts for over in _part(house.ledger, batch[n : n + JOBS_AT_ONCE])]
        yield from gone


def _part(ledger: Ledger, jobs: Sequence[Overdue]) -> list[Overdue]:
    """Those that have gone; one that was begun again meanwhile stays."""
    ledger.retire(jobs)
    kept = {job.id for job in ledger.jobs_by_id([over.job.id for over in jobs])}
    return [over for over in jobs if over.job.id not in kept]


def _free_space(house: House) -> Space:
    """Empties the trash as a node does, round by round, until nothing more goes."""
    upkeep = upkeep_of(house.settings, house.ledger, house.shelf, house.bell, house.clock)
    idle, before = 0, None
    while idle < IDLE_ROUNDS:
        upkeep.round()
        left = house.ledger.trash(ALL)
        if not left:
            return Space.FREED
        idle = idle + 1 if left == before else 0
        before = left
    return Space.LATER


def _tell(account: Account, screen: Screen) -> None:
    if screen.is_json:
        screen.give_json(_as_json(account))
        return
    if len(account.gone) <= MOST_TOLD:
        columns = ("Job", "Why", ">Size", "Ended", "User", "File")
        screen.give_table(columns, [_row(over) for over in account.gone])
    else:
        rows = [
            (reason, f"{count:,}", size(_bytes_of(account.gone, reason)), REASONS[reason])
            for reason, count in account.reasons.most_common()
        ]
        screen.give_table(("Why", ">Jobs", ">Size", "That is"), rows)
    screen.say(_summary(account))


def _summary(account: Account) -> str:
    if not account.gone:
        return "Nothing has to go."
    count, space = plural(len(account.gone), "job"), size(account.stored_bytes)
    match account.space:
        case Space.KEPT:
            return f"{count} would go, and {space} with them. Nothing was deleted."
        case Space.SERVER:
            return (
                f"{count} went. The workers that run here free the {space} within a minute or so."
            )
        case Space.LATER:
            return (
                f"{count} went, and what was free to go of {space}. What came in the last minute"
                " goes with the next `pagemill clean`, or when a server runs."
            )
        case Space.FREED:
            return f"{count} went, and {space} with them."


def _row(over: Overdue) -> tuple[str, ...]:
    job = over.job
    ended = moment(job.finished_ms)
    return (job.id, over.reason, size(job.stored_bytes), ended, job.user_id, job.filename)


def _bytes_of(gone: Sequence[Overdue], reason: str = "") -> int:
    return sum(over.job.stored_bytes for over in gone if reason in ("", over.reason))


def _as_json(account: Account) -> dict[str, object]:
    jobs = [
        {
            "id": over.job.id,
            "user": over.job.user_id,
            "filename": over.job.filename,
            "finished_at": moment(over.job.finished_ms),
            "bytes": over.job.stored_bytes,
            "reason": over.reason,
        }
        for over in account.gone
    ]
    return {
        "dry_run": account.space is Space.KEPT,
        "jobs": jobs,
        "reasons": dict(account.reasons),
        "bytes": account.stored_bytes,
        "space": account.space,
    }
