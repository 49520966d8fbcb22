"""What any ledger says of completed jobs to those who follow it."""

from ledger.desk import Desk
from pagemill.ports import FinishedJob, Mark


class Finishing:
    def test_completed_jobs_are_told_in_the_order_in_which_they_finished(self, desk: Desk) -> None:
        jobs = []
        for number in range(3):
            desk.clock.advance(1)
            jobs.append(desk.complete(key=f"key-{number}"))
        desk.submit()
        told = desk.ledger.finished.since(Mark(), 10)
        known = [desk.ledger.job(job.id) for job in jobs]
        assert told == [FinishedJob(j.id, j.user_id, j.version, j.finished_ms) for j in known]
        assert desk.ledger.finished.since(Mark(told[0].finished_ms, told[0].id), 1) == told[1:2]
        assert desk.ledger.finished.since(Mark(told[2].finished_ms, told[2].id), 10) == []

    def test_all_of_them_can_be_gone_through_by_their_ids(self, desk: Desk) -> None:
        jobs = sorted(desk.complete(key=f"key-{number}").id for number in range(3))
        desk.submit()
        assert [one.id for one in desk.ledger.finished.after("", 10)] == jobs
        assert [one.id for one in desk.ledger.finished.after(jobs[0], 1)] == jobs[1:2]
