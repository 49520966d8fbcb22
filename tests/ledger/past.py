"""How the queue stood and moved over time."""

from ledger.desk import MARKDOWN, Desk, Kit, plan
from pagemill.model.history import Past
from pagemill.model.pace import DAY_MS, ERROR, HOUR_MS, MINUTE_MS
from pagemill.model.task import PageDone

MINUTE, HOUR, DAY = 60, 3600, 86_400


def begin_of_a_day(desk: Desk) -> None:
    desk.clock.advance(ms=DAY_MS - desk.clock.now_ms() % DAY_MS)


class OverTime:
    def test_what_waited_and_what_ended_is_told_by_the_minute(self, desk: Desk) -> None:
        begin_of_a_day(desk)
        job = desk.submit()
        assert desk.ledger.figures.sample()
        desk.clock.advance(20)
        assert not desk.ledger.figures.sample()  # one look a minute, whoever looks
        desk.tell(desk.next(), plan(3))
        (page,) = desk.claim(1)
        desk.clock.advance(40)
        desk.submit(of="b")
        desk.submit(of="c")
        assert desk.ledger.figures.sample()
        assert page.job_id == job.id
        desk.tell(page, PageDone("text", 5))
        first, second = desk.ledger.figures.history(Past.HOUR)[-2:]
        assert second.since_ms - first.since_ms == MINUTE_MS
        assert (first.jobs_waiting, first.pages_waiting, first.pages) == (1, 0, 0)
        assert (second.jobs_waiting, second.pages_waiting, second.pages_running) == (2, 2, 1)
        assert (second.most_waiting, second.pages, second.jobs, second.waits) == (2, 1, 0, None)
        assert first.waits is not None
        assert (first.waits.count, first.waits.mean_ms) == (1, 20_000)
        assert 20_000 / ERROR <= first.waits.p90_ms <= 20_000 * ERROR

    def test_a_machine_that_was_off_leaves_a_gap(self, desk: Desk) -> None:
        begin_of_a_day(desk)
        desk.ledger.figures.sample()
        desk.clock.advance(3 * MINUTE)
        desk.ledger.figures.sample()
        past = desk.ledger.figures.history(Past.HOUR)
        assert len(past) == 60
        assert [stretch.pages_waiting for stretch in past[-4:]] == [0, None, None, 0]
        assert [stretch.pages for stretch in past[-4:]] == [0, None, None, 0]
        assert {stretch.jobs_waiting for stretch in past[:-4]} == {None}

    def test_looking_further_back_is_as_exact_after_minutes_became_hours(
        self, desk: Desk, kit: Kit
    ) -> None:
        begin_of_a_day(desk)
        began_ms = desk.clock.now_ms()
        for nth in range(3):
            desk.submit(of=f"a{nth}")
            desk.ledger.figures.sample()
            desk.clock.advance(20 * MINUTE)
        desk.work_off()
        before = desk.ledger.figures.history(Past.DAY)[-2]
        assert (before.since_ms, before.jobs_waiting) == (began_ms, 2)
        desk.clock.advance(2 * DAY + 2 * HOUR)
        assert desk.ledger.figures.roll_up()
        assert kit.ask("SELECT span_ms, since_ms, looks, jobs_waiting FROM sample") == [
            (HOUR_MS, began_ms, 3, 6)
        ]
        month = desk.ledger.figures.history(Past.MONTH)
        (then,) = (stretch for stretch in month if stretch.since_ms == began_ms)
        assert (then.jobs_waiting, then.jobs) == (2, 3)
        assert then.waits is not None
        assert (then.waits.count, then.waits.mean_ms) == (3, 40 * MINUTE_MS)
        assert 40 * MINUTE_MS / ERROR <= then.waits.p50_ms <= 40 * MINUTE_MS * ERROR
        assert desk.ledger.figures.history(Past.DAY)[-1].jobs is None

    def test_after_a_month_it_is_forgotten(self, desk: Desk, kit: Kit) -> None:
        desk.complete(1)
        desk.ledger.figures.sample()
        desk.clock.advance(2 * DAY + 2 * HOUR)
        desk.ledger.figures.roll_up()
        desk.clock.advance(31 * DAY)
        desk.ledger.figures.roll_up()
        assert kit.ask("SELECT count(*) FROM sample") == [(0,)]
        assert len(desk.ledger.figures.history(Past.MONTH)) == 120


class Holding:
    def test_what_there_is_is_told_with_its_size(self, desk: Desk) -> None:
        before = desk.ledger.figures.holdings()
        assert (before.documents, before.document_bytes, before.jobs, before.job_bytes) == (0,) * 4
        desk.complete(2)
        desk.submit()
        desk.submit(of="b")
        held = desk.ledger.figures.holdings()
        assert (held.documents, held.document_bytes, held.jobs) == (2, 2000, 3)
        assert held.job_bytes == 3000 + MARKDOWN.size_bytes
        assert held.database.split()[0] in ("SQLite", "PostgreSQL")
        assert held.database_bytes > 0
