"""What goes when ended jobs are too many or take up too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagemill.model.people import UserLimits
from pagemill.model.retention import (
    HOUR_MS,
    MB,
    EndedJob,
    Retention,
    Taken,
    retention_of,
    together,
    too_much,
)


def ended(*sizes: int) -> list[EndedJob]:
    """Jobs in the order of their end; sizes in bytes."""
    return [EndedJob(f"{n}", "ann", "a.pdf", n, size) for n, size in enumerate(sizes)]


def taken(jobs: list[EndedJob], *working: int) -> Taken:
    """By jobs that have ended and by others."""
    sizes = [job.stored_bytes for job in jobs] + list(working)
    return Taken(len(sizes), sum(sizes))


def is_within(now: Taken, rules: Retention) -> bool:
    is_few = not rules.jobs or now.jobs <= rules.jobs
    return is_few and (not rules.mb or now.stored_bytes <= rules.mb * MB)


@pytest.mark.parametrize(
    ("sizes", "working", "rules", "gone"),
    [
        ((1, 1, 1), (), Retention(), []),
        ((1, 1, 1), (), Retention(hours=1), []),
        ((1, 1, 1), (), Retention(jobs=3), []),
        ((1, 1, 1), (), Retention(jobs=2), ["count"]),
        ((1, 1, 1), (1, 1), Retention(jobs=2), ["count"] * 3),
        ((1, 1), (1, 1), Retention(jobs=1), ["count"] * 2),
        ((MB, MB), (), Retention(mb=2), []),
        ((MB, MB, 1), (), Retention(mb=2), ["storage"]),
        ((1, MB, MB), (1,), Retention(mb=2), ["storage"] * 2),
        ((1, 1, MB, MB), (), Retention(jobs=3, mb=1), ["count", "storage", "storage"]),
        ((), (MB, MB), Retention(jobs=1, mb=1), []),
    ],
)
def test_what_goes(
    sizes: tuple[int, ...], working: tuple[int, ...], rules: Retention, gone: list[str]
) -> None:
    jobs = ended(*sizes)
    found = list(too_much(jobs, taken(jobs, *working), rules))
    assert [over.reason for over in found] == gone
    assert [over.job for over in found] == jobs[: len(gone)]


@given(
    sizes=st.lists(st.integers(0, 3 * MB), max_size=12),
    working=st.lists(st.integers(0, 3 * MB), max_size=4),
    rules=st.builds(Retention, jobs=st.integers(0, 8), mb=st.integers(0, 9)),
)
def test_the_oldest_go_and_never_one_more_than_needed(
    sizes: list[int], working: list[int], rules: Retention
) -> None:
    jobs = ended(*sizes)
    gone = list(too_much(jobs, taken(jobs, *working), rules))
    assert [over.job for over in gone] == jobs[: len(gone)]
    assert is_within(taken(jobs[len(gone) :], *working), rules) or len(gone) == len(jobs)
    if gone:
        assert not is_within(taken(jobs[len(gone) - 1 :], *working), rules)


@given(
    sizes=st.lists(st.integers(0, 3 * MB), max_size=12),
    rules=st.builds(Retention, jobs=st.integers(0, 8), mb=st.integers(0, 9)),
    limit=st.integers(1, 5),
)
def test_who_looks_at_a_few_at_a_time_takes_the_same_in_the_end(
    sizes: list[int], rules: Retention, limit: int
) -> None:
    jobs = ended(*sizes)
    whole = [over.job for over in too_much(jobs, taken(jobs), rules)]
    step_by_step: list[EndedJob] = []
    while step := list(too_much(jobs[:limit], taken(jobs), rules)):
        step_by_step += [over.job for over in step]
        jobs = jobs[len(step) :]
    assert step_by_step == whole


def test_what_goes_anyway_is_taken_no_more() -> None:
    (job,) = ended(30)
    assert Taken(3, 100).without(job) == Taken(2, 70)


def test_what_all_take_together() -> None:
    assert together({"ann": Taken(2, 30), "bob": Taken(1, 5)}) == Taken(3, 35)
    assert together({}) == Taken(0, 0)


@pytest.mark.parametrize(
    ("limits", "rules", "is_bound"),
    [
        (UserLimits(), Retention(), False),
        (UserLimits(keep_hours=1.5), Retention(hours=1.5), False),
        (UserLimits(keep_jobs=2), Retention(jobs=2), True),
        (UserLimits(keep_mb=3, keep_jobs=0), Retention(mb=3), True),
    ],
)
def test_rules_of_a_user(limits: UserLimits, rules: Retention, is_bound: bool) -> None:
    assert retention_of(limits) == rules
    assert rules.is_bound is is_bound


@pytest.mark.parametrize(
    ("hours", "age_ms"), [(0, None), (1, HOUR_MS), (0.5, HOUR_MS // 2), (1e-12, 1)]
)
def test_the_age_that_hours_mean(hours: float, age_ms: int | None) -> None:
    assert Retention(hours=hours).age_ms == age_ms


@pytest.mark.parametrize("hours", [1e30, float("inf")])
def test_for_ever_is_a_number_that_a_database_can_hold(hours: float) -> None:
    age_ms = Retention(hours=hours).age_ms
    assert age_ms is not None
    assert 99 * 365 * 24 * HOUR_MS < age_ms < 2**53
