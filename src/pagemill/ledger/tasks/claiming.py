"""Handing work out: which pools are open, which users have work there, who gets the next slots.
Limits hold exactly, as claims come one by one. How many statements a claim takes does not depend on
how much is waiting, and hardly on how many slots are to be filled.
"""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pagemill.ledger.rows import Row, json_of, result_of, work_of
from pagemill.ledger.statements import Transaction
from pagemill.ledger.tasks.dealing import ABSENCE_TURNS, CREDIT_TASKS, Guest, Head, deal, share
from pagemill.ledger.telling import open_lanes
from pagemill.model.breaker import Circuit
from pagemill.model.task import AUTO_POOL, PageResult, RetryPolicy, TaskKind, Work

NO_LIMIT, UNBOUND = 2**31, 2**30


@dataclass(frozen=True, slots=True)
class Wish:
    """What an agent asks for. No `pools`: all there are. `user_max_running` 0: no limit but the
    users' own.
    """

    owner: str
    pools: Sequence[str]
    slots: int
    lease_ms: int
    user_max_running: int = 0


@dataclass(slots=True)
class Board:
    """The pools somebody serves: how many more tasks may run in each that is open, what the clock
    of turns says, and the pools that are guarded: nothing of theirs may be read out of turn.
    """

    rooms: dict[str, int]
    turn: int
    guarded: tuple[str, ...]
    advanced: set[int] = field(default_factory=set)  # tasks that newcomers got in advance


@dataclass(frozen=True, slots=True)
class Lane:
    """Where a user may have ready work. `turn` below 1: nothing of it was ever handed out."""

    pool: str
    user_id: str
    gen: int
    turn: int


def claim(tx: Transaction, wish: Wish, policy: RetryPolicy) -> list[Work]:
    """Up to so many tasks, taken. Goes round again while somebody may have more than was seen."""
    if wish.slots < 1:
        return []
    _promote(tx, policy)
    board = _board(tx, wish.pools, policy)
    taken: list[Head] = []
    has_more = True
    while has_more and len(taken) < wish.slots and any(room > 0 for room in board.rooms.values()):
        heads, has_more = _round(tx, board, wish, wish.slots - len(taken))
        taken += heads
    return _works(tx, taken, board)


def _promote(tx: Transaction, policy: RetryPolicy) -> None:
    latest_ms = tx.now_ms + policy.longest_wait_ms
    promoted = tx.sql.promote_waiting(now_ms=tx.now_ms, latest_ms=latest_ms)
    open_lanes(tx, ((row["pool"], row["user_id"]) for row in promoted))


def _board(tx: Transaction, pools: Sequence[str], policy: RetryPolicy) -> Board:
    """Of all pools if none are named."""
    rows = tx.sql.open_pools()
    rooms = {row["name"]: _room(row, tx.now_ms, policy) for row in rows}
    return Board(
        rooms={name: room for name, room in rooms.items() if not pools or name in pools},
        turn=max((row["turn"] for row in rows), default=0),
        guarded=tuple(name for name, room in rooms.items() if room < UNBOUND),
    )


def _room(row: Row, now_ms: int, policy: RetryPolicy) -> int:
    """How many more tasks may run in the pool now."""
    circuit = Circuit(row["trips"], row["rests_until_ms"])
    if row["is_stopped"] or circuit.is_resting(now_ms, policy.breaker):
        return 0
    limits = (row["max_running"], circuit.max_running, NO_LIMIT)
    most: int = min(limit for limit in limits if limit is not None)
    return most - int(row["running"])


# One round


def _round(tx: Transaction, board: Board, wish: Wish, slots: int) -> tuple[list[Head], bool]:
    """What is handed out, and whether there may be more of it."""
    guests, lanes = _guests(tx, board, wish, slots)
    if not guests:
        return [], False
    depth = 1 + max(share(guests, slots).values(), default=0)
    seen = _heads(tx, lanes, depth)
    heads = deal(guests, _by_user(seen), board.rooms, slots)
    _take(tx, heads, wish)
    _serve(tx, board, guests, lanes, heads)
    emptied = _emptied(lanes, seen, heads, depth)
    _close(tx, emptied)
    is_all_seen = len(guests) < slots and all(len(row) < depth for row in seen.values())
    return heads, bool(heads or emptied) and not is_all_seen


def _guests(
    tx: Transaction, board: Board, wish: Wish, slots: int
) -> tuple[list[Guest], list[Lane]]:
    """The users that come first, at most one for each slot, and all their lanes in open pools."""
    rows = tx.sql.find_lanes(
        pools=json_of([name for name, room in board.rooms.items() if room > 0]),
        turn=board.turn,
        absence=ABSENCE_TURNS,
        most=CREDIT_TASKS,
        user_max_running=wish.user_max_running or NO_LIMIT,
        limit=slots,
    )
    guests = {
        row["user_id"]: Guest(
            row["user_id"],
            row["running"],
            row["max_running"],
            row["weight"],
            row["waits_since"],
            row["credit"],
        )
        for row in rows
    }
    lanes = [Lane(row["pool"], row["user_id"], row["gen"], row["lane_turn"]) for row in rows]
    return list(guests.values()), lanes


def _heads(tx: Transaction, lanes: Sequence[Lane], depth: int) -> dict[tuple[str, str], list[Head]]:
    """The first `depth` tasks of each lane by (pool, user id)."""
    seen: dict[tuple[str, str], list[Head]] = {(lane.pool, lane.user_id): [] for lane in lanes}
    for row in tx.sql.find_heads(lanes=json_of(list(seen)), limit=depth):
        head = Head(row["rank"], row["id"], row["pool"], row["user_id"])
        seen[head.pool, head.user_id].append(head)
    return seen


def _by_user(seen: Mapping[tuple[str, str], Sequence[Head]]) -> dict[str, list[Head]]:
    rows: dict[str, list[Head]] = defaultdict(list)
    for (_, user_id), heads in seen.items():
        rows[user_id] += heads
    return rows


def _take(tx: Transaction, heads: Sequence[Head], wish: Wish) -> None:
    """Tokens come from the system, never from a generator that somebody may have seeded: two equal
    ones would open the fence.
    """
    until_ms = tx.now_ms + wish.lease_ms
    if heads:
        tx.sql.take_tasks(
            [
                {
                    "id": head.task_id,
                    "token": secrets.token_hex(16),
                    "owner": wish.owner,
                    "lease_ms": until_ms,
                }
                for head in heads
            ]
        )


def _serve(
    tx: Transaction,
    board: Board,
    guests: Sequence[Guest],
    lanes: Sequence[Lane],
    heads: Sequence[Head],
) -> None:
    """Moves the clock of turns on, and whoever was served behind the others."""
    if not heads:
        return
    turns: dict[str, int] = {}
    credit = {guest.user_id: guest.credit for guest in guests}
    for head in heads:
        board.turn += 1
        board.rooms[head.pool] -= 1
        turns[head.user_id] = board.turn
        if credit[head.user_id]:
            board.advanced.add(head.task_id)
        credit[head.user_id] = max(0, credit[head.user_id] - 1)
    tx.sql.set_turn(pool=heads[-1].pool, turn=board.turn)
    tx.sql.serve_users(
        [
            {"user_id": user_id, "turn": turn, "credit": credit[user_id]}
            for user_id, turn in sorted(turns.items())
        ]
    )
    served = {(head.pool, head.user_id) for head in heads}
    if fresh := [lane for lane in lanes if lane.turn <= 0 and (lane.pool, lane.user_id) in served]:
        tx.sql.serve_lanes(
            [{"pool": lane.pool, "user_id": lane.user_id, "turn": board.turn} for lane in fresh]
        )


def _emptied(
    lanes: Sequence[Lane],
    seen: Mapping[tuple[str, str], Sequence[Head]],
    heads: Sequence[Head],
    depth: int,
) -> list[Lane]:
    """Lanes that were seen to their end and have nothing left."""
    taken = {head.task_id for head in heads}
    return [
        lane
        for lane in lanes
        if len(row := seen[lane.pool, lane.user_id]) < depth
        and all(head.task_id in taken for head in row)
    ]


def _close(tx: Transaction, lanes: Sequence[Lane]) -> None:
    if lanes:
        tx.sql.close_lanes(
            [{"pool": lane.pool, "user_id": lane.user_id, "gen": lane.gen} for lane in lanes]
        )


# What a step needs


def _works(tx: Transaction, taken: Sequence[Head], board: Board) -> list[Work]:
    """In the order in which they were dealt."""
    if not taken:
        return []
    ids = [head.task_id for head in taken]
    rows = {row["id"]: row for row in tx.sql.find_works(ids=json_of(ids))}
    return [_work(tx, rows[task_id], board) for task_id in ids]


def _work(tx: Transaction, row: Row, board: Board) -> Work:
    guarded = board.guarded if row["pool"] == AUTO_POOL else ()
    return work_of(row, _results(tx, row), guarded, is_advanced=row["id"] in board.advanced)


def _results(tx: Transaction, row: Row) -> tuple[PageResult, ...]:
    if row["kind"] != TaskKind.ASSEMBLE:
        return ()
    return tuple(result_of(page) for page in tx.sql.page_results(job_id=row["job_id"]))
