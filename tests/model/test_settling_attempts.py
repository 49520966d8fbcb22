"""What becomes of a task whose attempt did not bring its result."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagemill.model.job import Failure
from pagemill.model.task import (
    Away,
    Died,
    GiveUp,
    Released,
    Retry,
    RetryPolicy,
    Settlement,
    TaskState,
    backoff_ms,
    settle,
)

WHY = Failure("engine_failed", "It stumbled")
SLOW, LARGE = Failure("page_timeout", "Too slow"), Failure("page_memory", "Too large")
CRASHED = Failure("worker_died", "It crashed")
POLICY = RetryPolicy(max_attempts=3, max_deaths=2, base_seconds=1, cap_seconds=10)
READY, DEAD, WAITING = TaskState.READY, TaskState.DEAD, TaskState.WAITING


@pytest.mark.parametrize(
    ("outcome", "errors", "deaths", "expected"),
    [
        (Released(), 0, 0, Settlement(READY, attempt_counts=False)),
        (Released(), 9, 9, Settlement(READY, attempt_counts=False)),
        (Away(WHY, 30), 0, 0, Settlement(READY, failure=WHY, attempt_counts=False)),
        (Away(WHY, 30), 9, 9, Settlement(READY, failure=WHY, attempt_counts=False)),
        (GiveUp(WHY), 0, 0, Settlement(DEAD, failure=WHY)),
        (Died(WHY), 0, 1, Settlement(READY, failure=WHY, has_died=True)),
        (Died(WHY), 9, 1, Settlement(READY, failure=WHY, has_died=True)),
        (Died(WHY), 0, 2, Settlement(DEAD, failure=WHY, has_died=True)),
        (Retry(WHY), 3, 0, Settlement(DEAD, failure=WHY)),
        (Retry(WHY), 4, 0, Settlement(DEAD, failure=WHY)),
    ],
)
def test_each_outcome_has_its_consequence(
    outcome: Retry | GiveUp | Died | Away | Released,
    errors: int,
    deaths: int,
    expected: Settlement,
) -> None:
    assert settle(outcome, errors, deaths, POLICY, random.Random(1)) == expected


@pytest.mark.parametrize(
    ("outcome", "last_code", "is_given_up"),
    [
        (Died(SLOW), "", False),
        (Died(SLOW), "worker_died", False),
        (Died(SLOW), "engine_failed", False),
        (Died(SLOW), "page_timeout", True),
        (Died(SLOW), "page_memory", True),
        (Died(LARGE), "page_timeout", True),
        (Retry(LARGE), "page_memory", True),
        (Retry(LARGE), "", False),
        (Died(CRASHED), "page_timeout", False),
        (Died(CRASHED), "worker_died", False),
        (Retry(WHY), "page_memory", False),
        (Released(), "page_timeout", False),
        (Away(WHY, 30), "page_timeout", False),
    ],
)
def test_a_page_that_ran_into_its_time_or_memory_twice_in_a_row_is_given_up(
    outcome: Retry | Died | Away | Released, last_code: str, is_given_up: bool
) -> None:
    patient = RetryPolicy(max_attempts=9, max_deaths=9)
    end = settle(outcome, 2, 2, patient, random.Random(1), last_code)
    assert (end.state is DEAD) == is_given_up
    assert end.has_died == isinstance(outcome, Died)


@pytest.mark.parametrize("deaths", [0, 1, 9])
def test_deaths_do_not_use_up_the_attempts_of_errors(deaths: int) -> None:
    end = settle(Retry(WHY), 2, deaths, POLICY, random.Random(1))
    assert (end.state, end.failure, end.attempt_counts) == (WAITING, WHY, True)


@given(st.integers(1, 2000), st.randoms(use_true_random=False))
def test_a_back_off_stays_under_a_ceiling_that_doubles(errors: int, rng: random.Random) -> None:
    ceiling = min(10_000, 1000 * 2 ** (min(errors, 20) - 1))
    assert 0 <= backoff_ms(errors, POLICY, rng) <= ceiling


def test_back_offs_are_spread_over_the_whole_time() -> None:
    """Full jitter: tasks that failed together do not come back together."""
    rng = random.Random(3)
    waits = [backoff_ms(10, POLICY, rng) for _ in range(500)]
    assert min(waits) < 500
    assert max(waits) > 9500
    assert 4000 < sum(waits) / len(waits) < 6000


def test_states_have_the_numbers_the_ledger_names() -> None:
    assert [(state.name, int(state)) for state in TaskState] == [
        ("BLOCKED", 0),
        ("READY", 1),
        ("RUNNING", 2),
        ("DONE", 3),
        ("WAITING", 4),
        ("DEAD", 5),
        ("CANCELLED", 6),
        ("HELD", 7),
    ]
