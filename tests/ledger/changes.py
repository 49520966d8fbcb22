"""What any ledger says of many jobs: which of them have changed, and in what order."""

from ledger.desk import Desk
from pagemill.ledger.keeping.upkeep import CHANGES_KEPT
from pagemill.ports import PruneDates

MANY = 1000


class Changing:
    def test_every_change_of_a_job_is_known_and_told_with_the_row_as_it_is(
        self, desk: Desk
    ) -> None:
        assert desk.ledger.changes.bounds() == (1, 0)
        first, second = desk.submit(), desk.submit(user_id="ann")
        changes = desk.ledger.changes.after(0, MANY)
        assert [(change.job_id, change.user_id) for change in changes] == [
            (first.id, "local"),
            (second.id, "ann"),
        ]
        assert [change.job for change in changes] == [first, second]
        seen = changes[-1].number
        assert desk.ledger.changes.bounds() == (changes[0].number, seen)
        for deed in (
            desk.work_off,
            lambda: desk.ledger.set_priority(desk.submit().id, 3),
            lambda: desk.ledger.pause(desk.submit().id),
            lambda: desk.ledger.cancel(desk.submit().id),
        ):
            deed()
            changes = desk.ledger.changes.after(seen, MANY)
            assert changes
            assert [change.job for change in changes] == [
                desk.ledger.job(change.job_id) for change in changes
            ]
            numbers = [change.number for change in changes]
            assert numbers == sorted(numbers)
            seen = numbers[-1]
        assert desk.ledger.changes.after(seen, MANY) == []

    def test_a_job_that_is_gone_is_told_without_its_row(self, desk: Desk) -> None:
        job, other = desk.submit(user_id="ann"), desk.submit()
        desk.ledger.delete(job.id)
        kept, gone = desk.ledger.changes.after(0, MANY)
        assert (kept.job_id, gone.job_id, gone.user_id) == (other.id, job.id, "ann")
        assert (kept.job, gone.job) == (other, None)

    def test_changes_of_others_are_passed_over_and_count(self, desk: Desk) -> None:
        jobs = [desk.submit(user_id="ann"), desk.submit(), desk.submit(user_id="ann")]
        mine = [change.job for change in desk.ledger.changes.after(0, MANY, "ann")]
        assert mine == [jobs[0], jobs[2]]
        assert [c.job for c in desk.ledger.changes.after(0, 2, "ann")] == [jobs[0]]
        assert [c.job for c in desk.ledger.changes.after(0, 2)] == jobs[:2]

    def test_old_changes_are_forgotten_and_numbers_go_on(self, desk: Desk) -> None:
        job = desk.submit()
        desk.ledger.prune(PruneDates(0))
        (before,) = desk.ledger.changes.after(0, MANY)
        desk.kit.harm(
            "INSERT INTO job_change (job_id, user_id)"
            f" SELECT '{job.id}', 'local' FROM"
            f" (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            f" WHERE i < {CHANGES_KEPT}) SELECT i FROM n) AS numbers"
        )
        assert desk.ledger.prune(PruneDates(0)) == 1
        first, last = desk.ledger.changes.bounds()
        assert (first, last) == (before.number + 1, before.number + CHANGES_KEPT)
        later = desk.submit()
        assert [c.job for c in desk.ledger.changes.after(last, MANY)] == [later]
