"""What a person sees of jobs in work."""

import io

import pytest
from rich.console import Console

from pagemill.cli.progress import MOST_BARS, Row, _Bars, _new_bars, open_board
from pagemill.cli.screen import Screen, about, duration, size
from pagemill.model.job import JobState


def shown_lines(capsys, *moments, is_quiet=False):
    """The plain lines after each moment is shown in turn."""
    with open_board(Screen(is_quiet=is_quiet)) as board:
        for rows in moments:
            board.show(rows)
    return capsys.readouterr().err.splitlines()


def row(done=0, failed=0, total=100, state=JobState.PROCESSING, **more):
    return Row("1", "scan.pdf", state, total, done, failed, **more)


def test_a_long_document_takes_about_ten_lines(capsys):
    moments = [[row(done)] for done in range(100)]
    lines = shown_lines(capsys, *moments, [row(100, state=JobState.COMPLETED, took_seconds=61)])
    assert lines[0] == "scan.pdf: 10/100 pages"
    assert lines[-1] == "scan.pdf: 100 pages in 1 min 1 s"
    assert len(lines) == 10


def test_the_time_left_is_told(capsys):
    assert shown_lines(capsys, [row(50, eta_seconds=125.0)]) == [
        "scan.pdf: 50/100 pages, 2 min 5 s left"
    ]


def test_an_end_is_told_once_with_its_account(capsys):
    ended = row(90, 10, state=JobState.COMPLETED, cached=40, took_seconds=8)
    lines = shown_lines(capsys, [ended], [ended])
    assert lines == ["scan.pdf: 90 pages in 8.0 s, 40 read before, 10 could not be read"]


def test_a_job_that_gave_nothing_is_told_in_one_word(capsys):
    assert shown_lines(capsys, [Row("1", "scan.pdf", JobState.FAILED)]) == ["scan.pdf: failed"]


def test_quiet_means_nothing(capsys):
    assert shown_lines(capsys, [row(50)], [row(100, state=JobState.COMPLETED)], is_quiet=True) == []


def drawn(*moments):
    """What bars leave on a terminal of 100 columns."""
    screen = Screen()
    screen.__dict__["console"] = Console(
        file=io.StringIO(), width=100, height=40, force_terminal=True, color_system=None
    )
    with _new_bars(screen) as progress:
        progress.live.auto_refresh = False
        board = _Bars(progress)
        for rows in moments:
            board.show(rows)
        progress.refresh()
        return screen.console.file.getvalue().rpartition("\r")[2], screen.console.file.getvalue()


def test_a_bar_shows_pages_and_time_left():
    _, text = drawn([row(12, total=40, eta_seconds=14)])
    assert "scan.pdf" in text
    assert "12/40 pages" in text
    assert "14 s left" in text


def test_a_name_in_brackets_is_shown_as_it_is():
    _, text = drawn([Row("1", "[red]scan[/].pdf", JobState.PROCESSING, 4, 1)])
    assert "[red]scan[/].pdf" in text


def test_a_finished_job_leaves_one_line_and_no_bar():
    done = row(40, total=40, state=JobState.COMPLETED, took_seconds=3)
    last, text = drawn([row(12, total=40)], [done])
    assert "✓ scan.pdf  40 pages in 3.0 s" in text
    assert "━" not in last


def test_a_thousand_files_do_not_fill_the_screen():
    rows = [Row(str(n), f"{n}.pdf", JobState.PROCESSING, 4, 1) for n in range(1000)]
    _, text = drawn(rows)
    assert [n for n in range(1000) if f" {n}.pdf " in text] == list(range(MOST_BARS))
    assert f"and {1000 - MOST_BARS} more files" in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (4205, "1 h 10 min")],
)
def test_durations_read_well(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (125, "2 min"), (7200, "2 h"), (200_000, "2 d")],
)
def test_ages_need_one_unit(seconds, text):
    assert about(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(812, "812 B"), (3_400_000, "3.4 MB"), (120_000_000, "120 MB"), (2e9, "2.0 GB")],
)
def test_sizes_read_well(count, text):
    assert size(count) == text
