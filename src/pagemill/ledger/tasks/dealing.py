"""Who gets the next slot. Newcomers first: somebody who had nothing in hand while many tasks of
others were handed out has the next few before them. Then the user with the least running per
weight, then the one served longest ago. Pure.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

ABSENCE_TURNS = 64
CREDIT_TASKS = 16

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Guest:
    """A user with work. `credit` tasks of theirs come before those of users without any. They were
    served, or came, when the clock of turns stood at `waits_since`.
    """

    user_id: str
    running: int
    max_running: int
    weight: float
    waits_since: int
    credit: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """A ready task near the beginning of its user's row; the lowest comes first."""

    rank: int
    task_id: int
    pool: str
    user_id: str


def share(guests: Sequence[Guest], slots: int) -> Counter[str]:
    """How many slots each user gets if everybody has work enough."""
    return Counter(guest.user_id for guest in _dealt(guests, slots, lambda guest: guest))


def deal(
    guests: Sequence[Guest],
    heads: Mapping[str, Sequence[Head]],
    rooms: Mapping[str, int],
    slots: int,
) -> list[Head]:
    """The tasks that are handed out, one after the other; of one user by rank, whatever their
    pools. Never more than a user may run, or a pool has room for.
    """
    left = dict(rooms)
    rows = {user_id: sorted(row, reverse=True) for user_id, row in heads.items()}

    def take(guest: Guest) -> Head | None:
        row = rows.get(guest.user_id, [])
        while row:
            head = row.pop()
            if left[head.pool] > 0:
                left[head.pool] -= 1
                return head
        return None

    return _dealt(guests, slots, take)


def _dealt(guests: Sequence[Guest], slots: int, take: Callable[[Guest], T | None]) -> list[T]:
    """Slots are dealt one by one. A user for whom `take` finds nothing is out."""
    by_user = {guest.user_id: guest for guest in guests}
    heap = [_standing(guest, 0) for guest in guests if guest.running < guest.max_running]
    heapq.heapify(heap)
    served: Counter[str] = Counter()
    found: list[T] = []
    while heap and len(found) < slots:
        guest = by_user[heapq.heappop(heap)[-1]]
        taken = take(guest)
        if taken is None:
            continue
        found.append(taken)
        served[guest.user_id] += 1
        if guest.running + served[guest.user_id] < guest.max_running:
            heapq.heappush(heap, _standing(guest, served[guest.user_id]))
    return found


def _standing(guest: Guest, served: int) -> tuple[bool, float, int, str]:
    is_regular = guest.credit <= served
    return is_regular, (guest.running + served) / guest.weight, guest.waits_since, guest.user_id
