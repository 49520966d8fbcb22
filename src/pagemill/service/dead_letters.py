"""What was given up, as its owners and operators see it: why, and once more."""

from dataclasses import dataclass, replace

from pagemill.access import whose
from pagemill.errors import CATALOGUE
from pagemill.model.people import LOCAL, Caller
from pagemill.ports import Bell, DeadLetter, DeadQuery, DeadReason, Ledger, PastAttempt

TASKS_AT_ONCE = 100  # one transaction; others wait for it
LATER = frozenset({"job_timeout", "quota_pages"})  # what was read is kept; tomorrow is another day


def may_go_right(code: str) -> bool:
    """Whether the same thing again makes sense: a damaged file stays damaged. Codes of plug-ins are
    unknown, and tried.
    """
    kind = CATALOGUE.get(code)
    return kind is None or kind.is_retryable or code in LATER


HOPELESS = tuple(code for code in CATALOGUE if not may_go_right(code))


@dataclass(frozen=True, slots=True)
class TriedAgain:
    """`job_ids`: newest failure first; `pages` of them are read again. What stays given up:
    `hopeless` tasks by their code, `left_out` ones as their jobs still run or were cancelled.
    `before`: where to go on; "" when there is no more.
    """

    job_ids: tuple[str, ...]
    pages: int
    hopeless: int
    left_out: int
    before: str


@dataclass(frozen=True, slots=True)
class DeadLetterDesk:
    """`user_id` "" means one's own, for admins another's, or `*` for everybody's. All raise
    `forbidden`. `most_jobs` bounds one call that tries again.
    """

    ledger: Ledger
    bell: Bell
    most_jobs: int

    def letters(self, query: DeadQuery, who: Caller = LOCAL, user_id: str = "") -> list[DeadLetter]:
        return self.ledger.dead_letters.dead(replace(query, user_id=whose(who, user_id)))

    def reasons(self, query: DeadQuery, who: Caller = LOCAL, user_id: str = "") -> list[DeadReason]:
        return self.ledger.dead_letters.reasons(replace(query, user_id=whose(who, user_id)))

    def attempts(self, job_id: str, page_no: int) -> list[PastAttempt]:
        """Of a job that the caller was let to already."""
        return self.ledger.dead_letters.attempts(job_id, page_no)

    def requeue(
        self, query: DeadQuery, who: Caller = LOCAL, user_id: str = "", *, is_all: bool = False
    ) -> TriedAgain:
        """Tries again what matches and may go right; a code that is named, and with `is_all` any,
        is tried whatever it is. In transactions of `TASKS_AT_ONCE`, until `most_jobs`.
        """
        asked = replace(query, user_id=whose(who, user_id))
        if not (is_all or asked.code):
            asked = replace(asked, but_codes=HOPELESS)
        hopeless = 0 if asked.before else self._count_hopeless(asked)
        job_ids: list[str] = []
        pages = left_out = 0
        while True:
            room = self.most_jobs - len(job_ids)
            batch = replace(asked, limit=min(TASKS_AT_ONCE, room))
            done = self.ledger.dead_letters.requeue(batch, who)
            job_ids += done.job_ids
            pages, left_out = pages + done.pages, left_out + done.left_out
            if done.job_ids:
                self.bell.ring()
            if not done.before or len(job_ids) >= self.most_jobs:
                return TriedAgain(tuple(job_ids), pages, hopeless, left_out, done.before)
            asked = replace(asked, before=done.before)

    def _count_hopeless(self, asked: DeadQuery) -> int:
        if not asked.but_codes:
            return 0
        reasons = self.ledger.dead_letters.reasons(replace(asked, but_codes=()))
        return sum(reason.count for reason in reasons if reason.code in asked.but_codes)
