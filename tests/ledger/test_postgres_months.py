"""History by month on PostgreSQL: made ahead, dropped whole, and nothing needed is missed."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest

from ledger.desk import BROKEN, Desk, check_books
from ledger.postgres_kit import PostgresKit, new_kit
from pagemill.errors import PagemillError
from pagemill.model.job import JobState
from pagemill.model.task import GiveUp
from pagemill.ports import PruneDates
from postgres_server import PostgresServer

TO_COME = ["2021_06", "2021_07", "2021_08"]


@pytest.fixture
def kit(postgres: PostgresServer) -> PostgresKit:
    return new_kit(postgres)


@pytest.fixture
def desk(kit: PostgresKit) -> Iterator[Desk]:
    """In the middle of a month of long ago, whose tables are made."""
    desk = Desk(kit)
    desk.clock.set(ms(2021, 3, 15))
    desk.ledger.prune(PruneDates(0))
    yield desk
    desk.close()


def ms(year: int, month: int, day: int = 1) -> int:
    return round(1000 * datetime(year, month, day, tzinfo=UTC).timestamp())


def tables(kit: PostgresKit, parent: str) -> dict[str, int]:
    """Rows by table of a month, without the months of today."""
    with closing(psycopg.connect(kit.url)) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE %s ORDER BY 1",
            (f"{parent}\\_%",),
        ).fetchall()
        names = [row[0] for row in found if not row[0].endswith("_ids")]
        counts = {}
        for name in names:
            row = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
            counts[name.removeprefix(f"{parent}_")] = row[0] if row else 0
    return {name: n for name, n in counts.items() if name < "2024" or name == "rest"}


def test_this_month_and_the_next_two_have_tables(kit: PostgresKit, desk: Desk) -> None:
    for parent in ("event", "audit"):
        assert list(tables(kit, parent)) == ["2021_03", "2021_04", "2021_05", "rest"]
    desk.clock.set(ms(2021, 12, 31))
    desk.ledger.prune(PruneDates(0))
    assert list(tables(kit, "event"))[3:] == ["2021_12", "2022_01", "2022_02", "rest"]


def test_events_lie_in_the_table_of_their_month(kit: PostgresKit, desk: Desk) -> None:
    job = desk.begin(2)
    desk.clock.set(ms(2021, 4))
    desk.read(2)
    desk.assemble()
    assert tables(kit, "event") == {"2021_03": 2, "2021_04": 4, "2021_05": 0, "rest": 0}
    check_books(desk.ledger, job.id)


def test_a_month_nobody_made_a_table_for_is_no_trouble(kit: PostgresKit, desk: Desk) -> None:
    """As after a server was away for months."""
    desk.clock.set(ms(2021, 9, 9))
    job = desk.complete(3)
    assert tables(kit, "event")["rest"] == job.version
    desk.ledger.prune(PruneDates(0))
    assert tables(kit, "event")["rest"] == 0
    assert tables(kit, "event")["2021_09"] == job.version
    check_books(desk.ledger, job.id)


def test_old_months_go_whole_and_ended_jobs_keep_their_last_word(
    kit: PostgresKit, desk: Desk
) -> None:
    done = desk.complete(3, failing=1)
    failed = desk.submit(of="b")
    desk.tell(desk.next(), GiveUp(BROKEN))
    cancelled = desk.ledger.cancel(desk.submit(of="c").id)
    ends = {job.id: desk.ledger.events(job.id)[-1] for job in (done, failed, cancelled)}
    desk.clock.set(ms(2021, 6, 15))
    desk.ledger.prune(PruneDates(events_ms=ms(2021, 4), audit_ms=ms(2021, 4)))
    for parent in ("event", "audit"):
        assert list(tables(kit, parent)) == ["2021_04", "2021_05", *TO_COME, "rest"]
    for job_id, end in ends.items():
        (told,) = desk.ledger.events(job_id)
        assert (told.seq, told.at_ms, told.kind) == (end.seq, end.at_ms, end.kind)
        assert told.data.items() <= end.data.items()
        assert desk.ledger.events(job_id, after=end.seq) == []
    assert desk.people.deeds() == []


def test_a_month_that_is_not_over_stays_whole(kit: PostgresKit, desk: Desk) -> None:
    job = desk.complete(2)
    before = tables(kit, "event")
    assert desk.ledger.prune(PruneDates(ms(2021, 4) - 1)) == 0
    assert tables(kit, "event") == before
    check_books(desk.ledger, job.id)


def test_jobs_that_go_on_keep_all_of_their_history(kit: PostgresKit, desk: Desk) -> None:
    paused = desk.ledger.pause(desk.begin(3).id)
    late = desk.ledger.pause(desk.submit(of="b").id)
    desk.clock.set(ms(2021, 8, 2))
    desk.ledger.cancel(late.id)
    desk.ledger.prune(PruneDates(ms(2021, 8)))
    assert "2021_05" not in tables(kit, "event")
    assert tables(kit, "event")["rest"] == paused.version + late.version
    for job in (paused, late):
        check_books(desk.ledger, job.id)
    desk.ledger.resume(paused.id)
    desk.read(3)
    desk.assemble()
    check_books(desk.ledger, paused.id)
    assert desk.ledger.job(paused.id).state is JobState.COMPLETED
    desk.clock.set(ms(2021, 12))
    desk.ledger.prune(PruneDates(ms(2021, 11)))
    assert len(desk.ledger.events(paused.id)) == 1
    assert tables(kit, "event")["rest"] <= 2


def test_a_deleted_job_takes_its_events_out_of_every_month(kit: PostgresKit, desk: Desk) -> None:
    job = desk.begin(1)
    desk.clock.set(ms(2021, 4, 3))
    desk.read(1)
    desk.ledger.delete(job.id)
    assert set(tables(kit, "event").values()) == {0}


def test_a_reader_of_old_history_holds_up_the_dropping_and_nobody_else(
    kit: PostgresKit, desk: Desk
) -> None:
    desk.complete(1)
    desk.clock.set(ms(2021, 6, 15))
    with closing(psycopg.connect(kit.url)) as reader:
        reader.execute("SELECT count(*) FROM event_2021_03")
        with pytest.raises(PagemillError, match="lock timeout") as error:
            desk.ledger.prune(PruneDates(ms(2021, 5)))
        assert error.value.code == "ledger_busy"
        desk.submit(of="b")
    desk.ledger.prune(PruneDates(ms(2021, 5)))
    assert "2021_03" not in tables(kit, "event")
