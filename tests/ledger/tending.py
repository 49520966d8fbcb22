"""What any ledger remembers of pages, and what becomes of work whose node is gone."""

from dataclasses import replace

import pytest

from ledger.desk import BROKEN, Desk, check_books, node, plan
from pagemill.model.job import JobState
from pagemill.model.page import page_key
from pagemill.model.task import AssembleDone, Died, PageDone, Reread, Retry, TaskState


class Caching:
    def test_a_page_read_before_answers_the_same_page_of_the_next_job(self, desk: Desk) -> None:
        first = desk.begin(2)
        tokens = [work.token for work in desk.read(2)]
        desk.assemble()
        second = desk.begin(2)
        works = desk.claim(2)
        assert [work.cached_from for work in works] == [
            page_key(first.id, n, tokens[n - 1]) for n in (1, 2)
        ]
        for work in works:
            desk.tell(work, PageDone("text", 1, is_cached=True))
        assert desk.ledger.job(second.id).pages_cached == 2
        check_books(desk.ledger, second.id)

    @pytest.mark.parametrize("other", [{"of": "b"}, {"key": "k2"}, {"user_id": "bob"}])
    def test_nothing_else_answers(self, desk: Desk, other: dict[str, str]) -> None:
        desk.begin(1, key="k1")
        desk.read(1)
        desk.assemble()
        desk.begin(1, **{"key": "k1"} | other)  # type: ignore[arg-type]
        assert desk.next().cached_from == ""

    def test_a_page_text_that_may_have_done_harm_is_not_offered_again(self, desk: Desk) -> None:
        desk.complete(1)
        desk.begin(1)
        desk.tell(work := desk.next(), Retry(BROKEN))
        assert work.cached_from
        desk.clock.advance(60)
        assert desk.next().cached_from == ""

    def test_a_worker_that_was_killed_is_offered_the_page_text_again(self, desk: Desk) -> None:
        desk.complete(1)
        desk.begin(1)
        desk.tell(desk.next(), Died(BROKEN))
        assert desk.next().cached_from

    def test_lost_page_texts_answer_nobody(self, desk: Desk) -> None:
        desk.begin(2)
        desk.read(2)
        desk.tell(desk.next(), Reread((1,), BROKEN))
        desk.submit()
        desk.clock.advance(60)
        page, split = desk.claim(2)
        assert page.page_no == 1
        desk.tell(split, plan(2))
        assert [bool(work.cached_from) for work in desk.claim(2)] == [False, True]

    def test_copies_answer_when_the_first_job_is_deleted(self, desk: Desk) -> None:
        first = desk.complete(1)
        second = desk.begin(1)
        desk.read(1, PageDone("text", 1, is_cached=True))
        desk.assemble()
        desk.ledger.delete(second.id)
        third = desk.begin(1)
        work = desk.next()
        assert work.cached_from.startswith(first.folder)
        desk.tell(work, PageDone("text", 1, is_cached=True))
        desk.assemble()
        desk.ledger.delete(first.id)
        desk.begin(1)
        assert desk.next().cached_from.startswith(third.folder)


class Leasing:
    def test_a_heartbeat_extends_what_this_boot_holds(self, desk: Desk) -> None:
        desk.begin(2)
        mine, other = desk.next(), desk.claim(owner="other:1")[0]
        desk.clock.advance(59)
        assert desk.ledger.heartbeat(node(), 60) == {mine.task_id}
        desk.clock.advance(2)
        assert desk.ledger.rescue() == 1
        assert desk.ledger.held("node:1") == {mine.task_id}
        assert desk.next().task_id == other.task_id

    def test_what_an_owner_does_not_know_of_is_ready_again_at_once(self, desk: Desk) -> None:
        """As when the answer to a claim was lost on its way."""
        job = desk.begin(3)
        known, unknown = desk.claim(2)
        other = desk.claim(owner="other:1")[0]
        asked = {unknown.task_id, other.task_id}
        assert desk.ledger.let_go("node:1", asked) == 1
        assert desk.ledger.held("node:1") == {known.task_id}
        assert desk.ledger.held("other:1") == {other.task_id}
        again = desk.next()
        assert (again.task_id, again.attempt, again.deaths) == (unknown.task_id, 1, 0)
        assert not desk.tell(unknown, PageDone("text", 10))
        check_books(desk.ledger, job.id)

    def test_a_node_that_fell_silent_costs_its_pages_nothing(self, desk: Desk) -> None:
        job = desk.begin(1)
        desk.ledger.enter(node())
        for _ in range(5):
            desk.next()
            desk.clock.advance(61)
            assert desk.ledger.rescue() == 1
        page = desk.ledger.page(job.id, 1)
        assert (desk.next().attempt, page.deaths, page.failure) == (1, 0, None)

    def test_a_page_let_go_by_a_living_node_has_killed_its_worker(self, desk: Desk) -> None:
        job = desk.begin(1)
        desk.ledger.enter(node())
        desk.ledger.claim("node:1", ("cpu",), 1, 5)
        desk.clock.advance(6)
        desk.ledger.enter(node())
        assert desk.ledger.rescue() == 1
        page = desk.ledger.page(job.id, 1)
        assert (page.state, page.deaths) == (TaskState.READY, 1)
        assert page.failure is not None
        assert page.failure.code == "worker_died"

    def test_a_new_boot_takes_back_what_the_old_one_held(self, desk: Desk) -> None:
        job = desk.begin(3)
        old = desk.claim(2)
        other = desk.claim(owner="node2:1")
        assert desk.ledger.enter(node("2")) == 2
        assert not desk.tell(old[0], PageDone("text", 10))
        assert desk.tell(other[0], PageDone("text", 10))
        assert [work.attempt for work in desk.claim(9, owner="node:2")] == [1, 1]
        assert desk.ledger.enter(node("2")) == 0
        check_books(desk.ledger, job.id)

    def test_a_node_that_leaves_holds_nothing(self, desk: Desk) -> None:
        desk.begin(2)
        desk.ledger.enter(node())
        desk.next()
        desk.ledger.leave("node")
        assert desk.ledger.nodes() == []
        assert desk.ledger.held("node:1") == set()
        assert len(desk.claim(2)) == 2

    def test_nodes_are_shown_as_they_last_reported(self, desk: Desk) -> None:
        desk.ledger.enter(node())
        desk.clock.advance(15)
        running = ({"child": 1, "page": 7, "memory_mb": 120.5},)
        desk.ledger.heartbeat(replace(node(), running=running, is_draining=True), 60)
        (shown,) = desk.ledger.nodes()
        assert shown == replace(
            node(), seen_ms=desk.clock.now_ms(), running=running, is_draining=True
        )

    def test_nothing_is_due_in_an_empty_house(self, desk: Desk) -> None:
        assert desk.ledger.next_due_ms() is None
        assert desk.ledger.rescue() == 0

    def test_an_assembly_is_fenced_like_any_task(self, desk: Desk) -> None:
        job = desk.begin(1)
        desk.read(1)
        late = desk.next()
        desk.clock.advance(61)
        desk.ledger.rescue()
        assert not desk.tell(late, AssembleDone(()))
        assert desk.ledger.job(job.id).state is JobState.PROCESSING
        desk.assemble()
