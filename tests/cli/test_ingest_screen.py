"""What a person sees of an ingest, and what a program reads of it, while it goes on."""

import io
import json
import threading
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from journeys.nodes import until
from pagemill.cli.ingest.board import LINE_SECONDS, Board
from pagemill.cli.ingest.census import Census
from pagemill.cli.ingest.figures import (
    NOBODY_WORKS,
    Figures,
    as_json,
    complaints,
    jobs_line,
    outcome_line,
    pace_line,
    pages_line,
    taking_line,
)
from pagemill.cli.ingest.meter import MARKS, Meter
from pagemill.cli.ingest.standing import Standing
from pagemill.cli.ingest.verdicts import Outcome, Tally
from pagemill.cli.screen import Screen

MB = 1_000_000


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def tally(accepted: int = 0, size_bytes: int = 0, **others: int) -> Tally:
    outcomes = Counter({Outcome.ACCEPTED: accepted})
    outcomes.update({Outcome(name): count for name, count in others.items()})
    return Tally(outcomes, Counter(), size_bytes)


WORK = Standing(
    {"queued": 300, "processing": 8, "completed": 1204, "failed": 3, "paused": 2},
    {"done": 1304, "ready": 250, "waiting": 50, "running": 4, "dead": 2},
    12.34,
    125.0,
    4,
    ("scan-7.pdf, page 2: The engine failed. [engine_failed]",),
)


# The words


def test_files_taken_in_are_told_with_pace_and_how_far_it_is() -> None:
    figures = Figures(tally(12_345), 12.3, 100_000, 1234.4, 45.2 * MB)
    assert taking_line(figures) == (
        "12,345 of 100,000 files, 1,234 files/s, 45.2 MB/s, 12 s, about 1 min left"
    )
    assert outcome_line(tally(12_000, duplicate=1, known=2, refused=3, skipped=4)) == (
        "12,000 accepted, 1 duplicates, 2 known, 3 refused, 4 skipped"
    )


@pytest.mark.parametrize(
    "figures",
    [
        Figures(tally(1), 1, None, 10.0),  # nobody has counted yet
        Figures(tally(1), 1, 100, 10.0, is_watching=True),  # an inbox has no end
        Figures(tally(200), 1, 100, 10.0),  # files came that were not counted
    ],
)
def test_how_far_it_is_is_not_told_where_nobody_knows(figures: Figures) -> None:
    assert "so far" in taking_line(figures)
    assert "left" not in taking_line(figures)


def test_the_time_left_is_not_guessed_from_a_crawl() -> None:
    assert "left" not in taking_line(Figures(tally(1), 2, 6000, 0.4))


def test_jobs_and_pages_are_told_by_what_they_are_at() -> None:
    assert jobs_line(WORK) == "300 queued, 8 processing, 1,204 completed, 3 failed, 2 paused"
    assert pages_line(WORK) == "1,304 done, 300 waiting, 4 in work, 2 failed"
    assert pace_line(WORK) == "12 pages/s, about 2 min left"
    assert pace_line(Standing()) == ""
    assert jobs_line(Standing()) == "0 queued, 0 processing, 0 completed, 0 failed"


def test_nobody_at_work_is_said_while_there_is_work() -> None:
    waiting = Figures(tally(), 1, standing=Standing({"queued": 1}, slots=0))
    assert list(complaints(waiting)) == [NOBODY_WORKS]
    for standing in (Standing({"completed": 1}, slots=0), Standing({"queued": 1}, slots=2)):
        assert not list(complaints(Figures(tally(), 1, standing=standing)))


# The pace


def test_a_pace_is_that_of_the_time_just_passed() -> None:
    clock = Clock()
    meter = Meter(clock, 10)
    assert meter.rate() is None
    for second in range(100):
        clock.now = second
        meter.mark(second * 5 if second < 50 else 250 + (second - 50) * 100)
    assert meter.rate() == pytest.approx(100)
    clock.now += 10
    assert meter.rate() == pytest.approx(50)  # nothing came for as long again


def test_a_pace_keeps_few_marks_however_many_there_are() -> None:
    clock = Clock()
    meter = Meter(clock, 10)
    for number in range(10_000):
        clock.now += 0.001
        meter.mark(number)
    assert len(meter._marks) <= MARKS + 2
    assert meter.rate() == pytest.approx(1000, rel=0.01)


# Lines for a log


def board(clock: Clock, **given: object) -> Board:
    return Board(Screen(**given.pop("screen", {})), clock=clock, **given)


def test_a_log_gets_a_line_now_and_then_and_none_when_nothing_moves(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    shown = board(clock)
    for second in range(1, 21):
        clock.now += 1
        shown.hear([], tally(100 * second, second * MB))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 20 // LINE_SECONDS
    assert lines[0].startswith("500 files so far, 100 files/s, 1.0 MB/s, 5 s: 500 accepted")
    for _ in range(20):
        clock.now += 1
        shown.hear([], tally(2000, 20 * MB))
    assert capsys.readouterr().err == ""


def test_a_log_is_told_of_each_failure_once(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    shown = board(clock)
    for done in range(3):
        clock.now += LINE_SECONDS
        shown.stand(Standing({"processing": 1}, {"done": done}, slots=1, failures=WORK.failures))
    assert capsys.readouterr().err.count("scan-7.pdf, page 2") == 1


def test_what_is_waited_for_is_said_once_and_that_it_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = board(Clock())
    shown.announce("No server answers: waiting, again in 2 s")
    shown.announce("")
    shown.announce("")
    assert capsys.readouterr().err.splitlines() == [
        "No server answers: waiting, again in 2 s",
        "Going on.",
    ]


def test_quiet_means_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    shown = board(clock, screen={"is_quiet": True})
    clock.now += LINE_SECONDS
    shown.announce("waiting")
    shown.hear([], tally(5))
    shown.stand(WORK)
    assert capsys.readouterr() == ("", "")


def test_programs_read_lines_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    shown = board(clock, screen={"is_json": True}, is_told=True)
    for _ in range(2):
        clock.now += LINE_SECONDS
        shown.stand(WORK)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["progress", "progress"]
    assert lines[1]["jobs"]["queued"] == 300
    assert lines[1] == as_json(shown.figures())


# The moving picture


def picture(width: int, figures_of: Board) -> list[str]:
    drawn = io.StringIO()
    Console(file=drawn, width=width, force_terminal=True, color_system=None).print(
        figures_of._picture()
    )
    return drawn.getvalue().splitlines()


@pytest.mark.parametrize("width", [80, 120])
def test_a_hundred_thousand_files_fit_the_screen(width: int) -> None:
    clock = Clock()
    shown = board(clock, total=lambda: 100_000)
    clock.now += 10
    shown.hear([], tally(98_000, 900 * MB, duplicate=1_000, known=999))
    shown.stand(WORK)
    lines = picture(width, shown)
    assert all(len(line) <= width for line in lines)
    assert [line.split()[0] for line in lines if line[0] != " "] == ["Taking", "Jobs", "Pages"]
    assert len(lines) == 7  # two rows of words, a bar, two rows, a bar, a failure: none is broken


def test_names_cannot_steer_the_terminal() -> None:
    shown = board(Clock())
    evil = "evil\x1b[2J[bold]\u202e.pdf: bad"
    shown.stand(Standing({"queued": 1}, failures=(evil,), slots=1))
    text = "\n".join(picture(200, shown))
    assert "\x1b" not in text
    assert "evil?[2J[bold]?.pdf" in text


# How many there are


def test_files_are_counted_ahead_as_the_walk_tells_them(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    for name in ("1.pdf", "a/2.pdf", "a/b/3.pdf", "a/notes.txt", ".hidden/4.pdf"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    census = Census([tmp_path, tmp_path / "1.pdf"], threading.Event())
    assert census.total() is None
    census.begin()
    until(lambda: census.total() is not None, "the count")
    # four files, the hidden folder and the link as one each, and the file that was named
    assert census.total() == 7
