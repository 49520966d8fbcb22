"""How long things take, as counts in buckets that grow by a fixed factor, and what follows from
them: percentiles, throughput, when it will all be done. Pure; times are milliseconds.

Bucket 0 holds 0 and 1 ms; bucket n holds what is above 2^((n-1)/4) and at most 2^(n/4) ms. A value
told for a bucket is its geometric middle: at most 2^(1/8), so 9.1 %, above or below the true one.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PER_DOUBLING = 4
LAST_BUCKET = 32 * PER_DOUBLING  # 50 days; longer times are counted there
ERROR = math.exp2(1 / (2 * PER_DOUBLING))

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000


@dataclass(frozen=True, slots=True)
class Spread:
    """Times of `count` things. The mean is exact, percentiles as exact as buckets are."""

    count: int
    mean_ms: float
    p50_ms: float
    p90_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Span:
    """So many things ended in the `span_ms` from `since_ms` on."""

    span_ms: int
    since_ms: int
    count: int


def bucket_of(ms: float) -> int:
    """Clocks that were moved may give negative times: they count as none."""
    return min(LAST_BUCKET, math.ceil(PER_DOUBLING * math.log2(ms))) if ms > 1 else 0


def edge_ms(bucket: int) -> float:
    """The longest time that belongs to the bucket."""
    return math.exp2(bucket / PER_DOUBLING)


def middle_ms(bucket: int) -> float:
    return edge_ms(bucket) / ERROR if bucket else 1.0


def spread(buckets: Mapping[int, int], total_ms: int) -> Spread | None:
    """Of counts by bucket and the sum of the true times; None where there are none."""
    count = sum(buckets.values())
    if not count:
        return None
    p50, p90, p99 = (_percentile(buckets, count, share) for share in (0.5, 0.9, 0.99))
    return Spread(count, total_ms / count, p50, p90, p99)


def _percentile(buckets: Mapping[int, int], count: int, share: float) -> float:
    """The time that `share` of all do not exceed (nearest rank)."""
    rank = max(1, math.ceil(share * count))
    seen = 0
    for bucket in sorted(buckets):
        seen += buckets[bucket]
        if seen >= rank:
            break
    return middle_ms(bucket)


def within(spans: Iterable[Span], now_ms: int, window_ms: int) -> float:
    """How many ended in the `window_ms` before now. Of a span that lies in it with a part only, as
    large a part is counted: exact for spans inside, and off by one span's count at most.
    """
    start_ms = now_ms - window_ms
    return sum(span.count * _share(span, start_ms, now_ms) for span in spans)


def _share(span: Span, start_ms: int, now_ms: int) -> float:
    """What has ended in a span that still goes on has ended before now."""
    begin_ms, end_ms = span.since_ms, min(span.since_ms + span.span_ms, now_ms)
    if begin_ms >= start_ms:
        return 1.0
    return max(0.0, (end_ms - start_ms) / (end_ms - begin_ms)) if end_ms > begin_ms else 0.0


def pages_per_second(spans: Iterable[Span], now_ms: int) -> float | None:
    """How fast pages have come lately, while work went on: since the first full minute of the last
    five in which any came. None where none came, or only in the minute that has just begun.
    """
    lately = [s for s in spans if s.count and now_ms - s.since_ms <= 5 * MINUTE_MS]
    if not lately:
        return None
    first_ms = min(span.since_ms for span in lately)
    if now_ms - first_ms < MINUTE_MS:
        return None
    return 1000 * sum(span.count for span in lately) / (now_ms - first_ms)


def eta_seconds(
    pages: float | None, recent_per_second: float | None, mean_page_ms: float | None, slots: int
) -> float | None:
    """When `pages` will be read: by how fast they came lately, else by the mean time of a page over
    so many slots. None while nothing is known, or nobody is there to read them.
    """
    if pages is None or not (slots or not pages):
        return None
    if not pages:
        return 0.0
    if recent_per_second:
        return pages / recent_per_second
    return None if mean_page_ms is None else pages * mean_page_ms / 1000 / slots


def pages_ahead(waiting: int, unopened_jobs: int, pages_per_job: float | None) -> float | None:
    """Pages to be read, those included that nobody has counted yet; None where nobody can say."""
    if not unopened_jobs:
        return float(waiting)
    return None if pages_per_job is None else waiting + unopened_jobs * pages_per_job
