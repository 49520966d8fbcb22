"""Buckets of times, and what is read from them: percentiles, throughput, when all is done."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pagemill.model.pace import (
    DAY_MS,
    ERROR,
    HOUR_MS,
    LAST_BUCKET,
    MINUTE_MS,
    Span,
    bucket_of,
    edge_ms,
    eta_seconds,
    middle_ms,
    pages_ahead,
    pages_per_second,
    spread,
    within,
)

NOW = 20_000 * DAY_MS + 30_000  # half a minute after a minute, an hour and a day began
MINUTE = NOW - 30_000


@given(st.integers(0, 2**40))
def test_every_time_has_one_bucket_between_its_edges(ms: int) -> None:
    bucket = bucket_of(ms)
    if bucket < LAST_BUCKET:
        assert ms <= edge_ms(bucket)
    assert bucket == 0 or ms > edge_ms(bucket - 1)


@pytest.mark.parametrize("exponent", range(32))
def test_powers_of_two_end_a_bucket_exactly(exponent: int) -> None:
    """Prometheus' edges are these: what took just as long is counted in."""
    assert edge_ms(bucket_of(2**exponent)) == 2**exponent
    assert bucket_of(2**exponent + 1) > bucket_of(2**exponent) or exponent == 0


@pytest.mark.parametrize(("ms", "bucket"), [(-5, 0), (0, 0), (1, 0), (2**45, LAST_BUCKET)])
def test_odd_times_fall_into_the_first_or_last_bucket(ms: int, bucket: int) -> None:
    assert bucket_of(ms) == bucket


@given(st.lists(st.integers(1, 2**31), min_size=1, max_size=300))
def test_percentiles_are_off_by_nine_percent_at_most(times: list[int]) -> None:
    buckets: dict[int, int] = {}
    for ms in times:
        buckets[bucket_of(ms)] = buckets.get(bucket_of(ms), 0) + 1
    found = spread(buckets, sum(times))
    assert found is not None
    assert found.count == len(times)
    assert found.mean_ms == pytest.approx(sum(times) / len(times))
    for share, told in ((0.5, found.p50_ms), (0.9, found.p90_ms), (0.99, found.p99_ms)):
        true = sorted(times)[max(1, math.ceil(share * len(times))) - 1]
        assert true / ERROR / 1.001 <= told <= true * ERROR * 1.001
    assert ERROR < 1.091


def test_nothing_has_no_percentiles() -> None:
    assert spread({}, 0) is None


def test_a_bucket_is_told_by_its_middle() -> None:
    assert middle_ms(0) == 1
    assert edge_ms(39) < middle_ms(40) < edge_ms(40)


@pytest.mark.parametrize(
    ("span", "window_ms", "expected"),
    [
        (Span(MINUTE_MS, MINUTE, 6), MINUTE_MS, 6),
        (Span(MINUTE_MS, MINUTE - MINUTE_MS, 6), MINUTE_MS, 3),
        (Span(MINUTE_MS, MINUTE - 2 * MINUTE_MS, 6), MINUTE_MS, 0),
        (Span(MINUTE_MS, MINUTE - 50 * MINUTE_MS, 6), HOUR_MS, 6),
        (Span(HOUR_MS, MINUTE - 24 * HOUR_MS, 240), DAY_MS, 238),
        (Span(HOUR_MS, MINUTE - 30 * HOUR_MS, 240), DAY_MS, 0),
        (Span(MINUTE_MS, NOW + HOUR_MS, 6), MINUTE_MS, 6),  # the clock was set back
        (Span(MINUTE_MS, NOW, 6), MINUTE_MS, 6),
    ],
)
def test_a_span_counts_with_the_part_that_lies_in_the_window(
    span: Span, window_ms: int, expected: float
) -> None:
    assert within([span], NOW, window_ms) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], None),
        ([Span(MINUTE_MS, MINUTE, 9)], None),
        ([Span(MINUTE_MS, MINUTE - MINUTE_MS, 60), Span(MINUTE_MS, MINUTE, 30)], 1.0),
        ([Span(MINUTE_MS, MINUTE - 3 * MINUTE_MS, 21)], 0.1),
        ([Span(MINUTE_MS, MINUTE - 9 * MINUTE_MS, 21)], None),
        ([Span(MINUTE_MS, MINUTE - 3 * MINUTE_MS, 0)], None),
    ],
)
def test_the_recent_rate_is_that_of_the_time_in_which_pages_came(
    spans: list[Span], expected: float | None
) -> None:
    rate = pages_per_second(spans, NOW)
    assert rate == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("pages", "rate", "mean_ms", "slots", "expected"),
    [
        (0, None, None, 0, 0.0),
        (0, 2.0, 500, 4, 0.0),
        (100, 2.0, 500, 4, 50.0),
        (100, None, 500, 4, 12.5),
        (100, 0.0, 500, 4, 12.5),
        (100, None, None, 4, None),
        (100, 2.0, 500, 0, None),
        (None, 2.0, 500, 4, None),
    ],
)
def test_when_all_is_done_is_told_as_far_as_anybody_knows(
    pages: float | None,
    rate: float | None,
    mean_ms: float | None,
    slots: int,
    expected: float | None,
) -> None:
    assert eta_seconds(pages, rate, mean_ms, slots) == expected


@pytest.mark.parametrize(
    ("waiting", "unopened", "per_job", "expected"),
    [(7, 0, None, 7), (7, 2, 3.5, 14), (7, 2, None, None), (0, 0, 3.0, 0)],
)
def test_pages_nobody_has_counted_are_guessed(
    waiting: int, unopened: int, per_job: float | None, expected: float | None
) -> None:
    assert pages_ahead(waiting, unopened, per_job) == expected
