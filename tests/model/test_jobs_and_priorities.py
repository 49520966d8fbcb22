"""Jobs: what may be told to them when, how far they are, and who comes first."""

import pytest

from pagemill.errors import PagemillError
from pagemill.model.document import PDF, Document
from pagemill.model.job import (
    FINAL,
    MAX_PRIORITY,
    MIN_PRIORITY,
    Failure,
    Job,
    JobState,
    priority_for_size,
    rank,
    require,
)
from pagemill.model.options import Options

MB = 1024 * 1024


def job(**given: object) -> Job:
    base: dict[str, object] = {
        "id": "j",
        "handle": "",
        "user_id": "local",
        "document": Document("a" * 64, PDF, 1),
        "filename": "a.pdf",
        "options": Options(),
        "state": JobState.PROCESSING,
        "priority": 5,
        "version": 1,
        "created_ms": 0,
        "updated_ms": 0,
    }
    return Job(**base | given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "priority"),
    [
        (0, 10),
        (MB, 10),
        (MB + 1, 8),
        (5 * MB, 8),
        (5 * MB + 1, 6),
        (10 * MB, 6),
        (10 * MB + 1, 4),
        (50 * MB, 4),
        (50 * MB + 1, 2),
        (9999 * MB, 2),
    ],
)
def test_small_files_come_first(size: int, priority: int) -> None:
    assert priority_for_size(size) == priority
    assert MIN_PRIORITY <= priority <= MAX_PRIORITY


def test_a_point_of_priority_is_worth_a_minute_of_waiting() -> None:
    assert rank(0, 4) == rank(60_000, 5)
    assert rank(0, 4) < rank(59_999 + 1, 4)
    assert rank(59_999, 5) < rank(0, 4)


POSSIBLE = {
    "cancel": {"queued", "processing", "paused"},
    "pause": {"queued", "processing"},
    "resume": {"paused"},
    "retry": {"completed", "failed", "cancelled"},
    "reprioritise": {"queued", "processing", "paused"},
}


@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize("command", POSSIBLE)
def test_each_command_is_possible_in_its_states_only(command: str, state: JobState) -> None:
    if state in POSSIBLE[command]:
        require(command, state)
        return
    with pytest.raises(PagemillError, match=f"{state}.*{command}") as error:
        require(command, state)
    assert error.value.code == "invalid_state"
    assert all(possible in error.value.hint for possible in POSSIBLE[command])


def test_final_states_are_those_that_can_be_retried() -> None:
    assert {state for state in JobState if state.is_final} == FINAL == POSSIBLE["retry"]


@pytest.mark.parametrize(
    ("given", "progress"),
    [
        ({"pages_total": None}, 0),
        ({"pages_total": 3, "pages_left": 3}, 0),
        ({"pages_total": 3, "pages_left": 2, "pages_done": 1}, 33),
        ({"pages_total": 3, "pages_left": 1, "pages_done": 1, "pages_failed": 1}, 66),
        ({"pages_total": 3, "pages_done": 3}, 99),
        ({"pages_total": 3, "pages_done": 3, "state": JobState.COMPLETED}, 100),
        ({"pages_total": 3, "pages_failed": 3, "state": JobState.FAILED}, 99),
    ],
)
def test_progress_is_whole_only_when_nothing_is_left_to_do(
    given: dict[str, object], progress: int
) -> None:
    assert job(**given).progress == progress


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({"pages_done": 2, "pages_left": 6}, 30.0),
        ({"pages_done": 4, "pages_cached": 2, "pages_left": 6}, 30.0),
        ({"pages_done": 2, "pages_cached": 2, "pages_left": 6}, None),
        ({"pages_left": 6}, None),
        ({"pages_done": 2, "pages_left": 6, "state": JobState.PAUSED}, None),
        ({"pages_done": 2, "pages_left": 6, "started_ms": None}, None),
        ({"pages_done": 2, "pages_left": 0}, 0.0),
        ({"pages_done": 2, "pages_left": 6, "started_ms": 99_999}, 0.0),
    ],
)
def test_the_time_left_follows_from_the_pages_really_read(
    given: dict[str, object], seconds: float | None
) -> None:
    assert job(**{"started_ms": 5_000} | given).eta_seconds(now_ms=15_000) == seconds


def test_a_failure_says_what_an_error_says() -> None:
    failure = Failure.of(PagemillError("corrupt", "The xref table is gone"))
    assert (failure.code, failure.message) == ("corrupt", "The xref table is gone")
    assert failure.hint


def test_the_files_of_a_job_lie_in_a_folder_of_its_own() -> None:
    assert job(id="0192").folder == "jobs/0192"
