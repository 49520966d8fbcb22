"""Handing work out: the next slot goes to the user with the least running per weight, then to the
one served longest ago; within a user by rank. Limits hold exactly, as claims come one by one.
"""

import heapq
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from pagemill.ledger.rows import Row, result_of, work_of
from pagemill.ledger.statements import Transaction
from pagemill.ledger.telling import open_lanes
from pagemill.model.task import PageResult, TaskKind, Work

NO_LIMIT = 2**31


@dataclass(frozen=True, slots=True)
class Lane:
    """A user with work in a pool: how much of theirs runs, and how much may."""

    user_id: str
    gen: int
    running: int
    max_running: int
    weight: float
    last_turn: int


def claim(
    tx: Transaction, owner: str, pool: str, slots: int, lease_ms: int, user_max_running: int
) -> list[Work]:
    """Up to `slots` tasks, taken. Asks again while it meets lanes that turn out to be empty."""
    promoted = tx.sql.promote_waiting(now_ms=tx.now_ms)
    open_lanes(tx, ((row["pool"], row["user_id"]) for row in promoted))
    room = min(slots, _room(tx, pool))
    works: list[Work] = []
    while room > len(works):
        missing = room - len(works)
        lanes = _lanes(tx, pool, missing, user_max_running)
        is_complete = True
        for lane, wanted in share(lanes, missing):
            taken = _take(tx, pool, lane, wanted, owner, tx.now_ms + lease_ms)
            works += taken
            if len(taken) < wanted:
                tx.sql.close_lane(pool=pool, user_id=lane.user_id, gen=lane.gen)
                is_complete = False
        if is_complete:
            break
    return works


def share(lanes: Sequence[Lane], slots: int) -> list[tuple[Lane, int]]:
    """How many slots each lane gets when they are dealt one by one; lanes without any are left
    out. Never more than a user may run.
    """
    heap = [_standing(lane, 0) for lane in lanes if lane.running < lane.max_running]
    heapq.heapify(heap)
    by_user = {lane.user_id: lane for lane in lanes}
    dealt: dict[str, int] = {}
    while heap and slots > 0:
        user_id = heapq.heappop(heap)[2]
        lane = by_user[user_id]
        dealt[user_id] = dealt.get(user_id, 0) + 1
        slots -= 1
        if lane.running + dealt[user_id] < lane.max_running:
            heapq.heappush(heap, _standing(lane, dealt[user_id]))
    return [(by_user[user_id], count) for user_id, count in dealt.items()]


def _standing(lane: Lane, dealt: int) -> tuple[float, int, str]:
    return (lane.running + dealt) / lane.weight, lane.last_turn, lane.user_id


def _room(tx: Transaction, pool: str) -> int:
    """How many more tasks may run in the pool now; none while it rests or was never used."""
    row = tx.sql.find_pool(pool=pool)
    if row is None or row["rests_until_ms"] > tx.now_ms:
        return 0
    return int((row["max_running"] or NO_LIMIT) - row["running"])


def _lanes(tx: Transaction, pool: str, limit: int, user_max_running: int) -> list[Lane]:
    rows = tx.sql.find_lanes(pool=pool, limit=limit, user_max_running=user_max_running or NO_LIMIT)
    return [
        Lane(
            row["user_id"],
            row["gen"],
            row["running"],
            row["max_running"],
            row["weight"],
            row["last_turn"],
        )
        for row in rows
    ]


def _take(
    tx: Transaction, pool: str, lane: Lane, wanted: int, owner: str, lease_ms: int
) -> list[Work]:
    """The first `wanted` tasks of a user. Tokens come from the system, never from a generator that
    somebody may have seeded: two equal ones would open the fence.
    """
    rows = tx.sql.next_tasks(pool=pool, user_id=lane.user_id, limit=wanted)
    if not rows:
        return []
    works = [work_of(row, secrets.token_hex(16), _results(tx, row)) for row in rows]
    tx.sql.take_tasks(
        [
            {"id": work.task_id, "token": work.token, "owner": owner, "lease_ms": lease_ms}
            for work in works
        ]
    )
    turn = tx.sql.next_turn(pool=pool)
    tx.sql.serve_lane(pool=pool, user_id=lane.user_id, turn=turn)
    return works


def _results(tx: Transaction, row: Row) -> tuple[PageResult, ...]:
    if row["kind"] != TaskKind.ASSEMBLE:
        return ()
    return tuple(result_of(page) for page in tx.sql.page_results(job_id=row["job_id"]))
