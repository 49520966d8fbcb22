"""What any ledger does when people steer its queue: who may end a stop, what runs, the order."""

import pytest

from ledger.desk import BROKEN, Desk, caller, check_books, plan
from pagemill.errors import PagemillError
from pagemill.model.event import EventKind
from pagemill.model.people import LOCAL
from pagemill.model.task import GiveUp, TaskKind
from pagemill.ports import InWork, StopScope


class OwnStops:
    def test_a_user_ends_their_own_stop_and_no_other(self, desk: Desk) -> None:
        desk.submit(user_id="ann")
        scheduling = desk.ledger.scheduling
        assert scheduling.stop(StopScope.USER, "ann", caller("ann"))
        assert not scheduling.go_on(StopScope.USER, "ann", caller("bob"))
        assert scheduling.go_on(StopScope.USER, "ann", caller("ann"))
        assert scheduling.stop(StopScope.USER, "ann", LOCAL)
        assert not scheduling.go_on(StopScope.USER, "ann", caller("ann"))
        assert scheduling.go_on(StopScope.USER, "ann", LOCAL)
        assert scheduling.stops() == []

    def test_an_operator_s_stop_takes_the_place_of_a_user_s_own(self, desk: Desk) -> None:
        desk.submit(user_id="ann")
        scheduling = desk.ledger.scheduling
        scheduling.stop(StopScope.USER, "ann", caller("ann"))
        assert scheduling.stop(StopScope.USER, "ann", LOCAL)
        assert not scheduling.stop(StopScope.USER, "ann", LOCAL)
        assert not scheduling.stop(StopScope.USER, "ann", caller("ann"))
        assert [stop.by for stop in scheduling.stops()] == ["local"]
        assert not scheduling.go_on(StopScope.USER, "ann", caller("ann"))

    def test_who_stopped_and_resumed_stands_in_the_audit_log(self, desk: Desk) -> None:
        desk.submit(user_id="ann")
        scheduling = desk.ledger.scheduling
        scheduling.stop(StopScope.USER, "ann", caller("ann"))
        scheduling.go_on(StopScope.USER, "ann", LOCAL)
        told = [(deed.user_id, deed.action, deed.target) for deed in desk.people.deeds(limit=2)]
        assert told == [("local", "queue.go_on", "ann"), ("ann", "queue.stop", "ann")]


class AtWork:
    def test_what_runs_is_named_by_user_and_engine(self, desk: Desk) -> None:
        scheduling = desk.ledger.scheduling
        ann = desk.begin(1, user_id="ann")
        page = desk.next()
        desk.clock.advance(1)
        bob = desk.submit(user_id="bob", of="b")
        split = desk.next()
        of_ann = InWork(ann.id, "ann", TaskKind.PAGE, 1, page.pool, 1, "node")
        of_bob = InWork(bob.id, "bob", TaskKind.SPLIT, 0, split.pool, 1, "node")
        assert scheduling.in_work(StopScope.QUEUE, "") == [of_ann, of_bob]
        assert scheduling.in_work(StopScope.QUEUE, "", limit=1) == [of_ann]
        assert scheduling.in_work(StopScope.USER, "bob") == [of_bob]
        assert scheduling.in_work(StopScope.ENGINE, "nobody_s") == []
        assert of_ann in scheduling.in_work(StopScope.ENGINE, page.pool)
        assert scheduling.running(StopScope.QUEUE, "") == 2
        desk.tell(page, GiveUp(BROKEN))
        assert scheduling.in_work(StopScope.USER, "ann") == []


class Ordering:
    def test_several_jobs_change_places_at_once(self, desk: Desk) -> None:
        first, second, third = (desk.submit(of=of).id for of in "abc")
        moved = desk.ledger.scheduling.reprioritise([third, second, "nowhere"], 9, LOCAL)
        assert moved == 2
        assert [work.job_id for work in desk.claim(3)] == [second, third, first]
        for job_id in (first, second, third):
            check_books(desk.ledger, job_id)

    def test_jobs_that_have_ended_or_have_it_already_do_not_change(self, desk: Desk) -> None:
        ended, same = desk.complete(1), desk.submit(of="b", priority=9)
        assert desk.ledger.scheduling.reprioritise([ended.id, same.id], 9, LOCAL) == 0
        assert (desk.ledger.job(ended.id), desk.ledger.job(same.id)) == (ended, same)
        assert desk.ledger.scheduling.reprioritise([], 9, LOCAL) == 0

    def test_pages_that_wait_move_with_their_job(self, desk: Desk) -> None:
        early, late = desk.submit(), desk.submit(of="b")
        for work in desk.claim(2):
            assert desk.tell(work, plan(1, work.job_id))
        desk.ledger.scheduling.reprioritise([late.id], 10, LOCAL)
        assert [work.job_id for work in desk.claim(2)] == [late.id, early.id]
        assert EventKind.JOB_PRIORITY in desk.events(late)

    def test_one_line_in_the_audit_log_tells_of_all(self, desk: Desk) -> None:
        ids = [desk.submit(of=of).id for of in "ab"]
        desk.ledger.scheduling.reprioritise(ids, 1, LOCAL)
        deed, submitted, _ = desk.people.deeds()
        assert submitted.action == "job.submit"
        assert (deed.action, deed.detail) == ("queue.reprioritise", "2 jobs, priority 1")

    @pytest.mark.parametrize("priority", [-1, 11])
    def test_a_priority_that_is_none_is_refused(self, desk: Desk, priority: int) -> None:
        job = desk.submit()
        with pytest.raises(PagemillError, match="priority"):
            desk.ledger.scheduling.reprioritise([job.id], priority, LOCAL)
        assert desk.ledger.job(job.id) == job
