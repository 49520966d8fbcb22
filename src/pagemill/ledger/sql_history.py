"""How the queue stood over time: looks at it minute by minute, and what was counted in between."""

from pagemill.ledger.rows import Row
from pagemill.ledger.statements import Statements
from pagemill.model.history import Depth, Ended, Past, Stretch, stretches
from pagemill.model.pace import DAY_MS, HOUR_MS, MINUTE_MS

MINUTES_FOR_MS, HOURS_FOR_MS = 2 * DAY_MS, 31 * DAY_MS


def history(sql: Statements, past: Past, now_ms: int) -> list[Stretch]:
    since_ms, step_ms = past.begins_ms(now_ms), past.step_ms
    depths = [_depth(row) for row in sql.sampled(since_ms=since_ms, step_ms=step_ms)]
    ended = [_ended(row) for row in sql.paced(since_ms=since_ms, step_ms=step_ms)]
    return list(stretches(past, now_ms, depths, ended))


def is_sampled(sql: Statements, now_ms: int) -> bool:
    return bool(sql.find_sample(since_ms=now_ms - now_ms % MINUTE_MS))


def sample(sql: Statements, now_ms: int) -> bool:
    """Whether it is the first look in this minute; another changes nothing."""
    return bool(sql.add_sample(since_ms=now_ms - now_ms % MINUTE_MS))


def thin(sql: Statements, now_ms: int) -> int:
    """Minutes become hours after two days, and hours go after 31. Returns how many rows went."""
    before_ms = now_ms - now_ms % HOUR_MS - MINUTES_FOR_MS
    sql.merge_samples(before_ms=before_ms)
    gone: int = sql.drop_samples(span_ms=MINUTE_MS, before_ms=before_ms)
    gone += sql.drop_samples(span_ms=HOUR_MS, before_ms=now_ms - HOURS_FOR_MS)
    return gone


def _depth(row: Row) -> Depth:
    return Depth(
        row["beginning"],
        row["looks"],
        row["jobs_waiting"],
        row["pages_waiting"],
        row["pages_running"],
        row["most_waiting"],
    )


def _ended(row: Row) -> Ended:
    return Ended(row["beginning"], row["kind"], row["place"], row["count"], row["total_ms"])
