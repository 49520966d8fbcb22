"""Group commit: calls that wait at the same time share one transaction, and so one sync."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pagemill.errors import PagemillError

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

MOST_AT_ONCE = 100


@dataclass(slots=True)
class _Seat(Generic[Asked, Answer]):
    """Somebody who waits. `woken` when served, or when it is their turn to serve."""

    asked: Asked
    answer: Answer | None = None
    error: Exception | None = None
    is_served: bool = False
    woken: threading.Event = field(default_factory=threading.Event)


class Together(Generic[Asked, Answer]):
    """The first to come serves everybody who came until its turn began, and hands the turn to the
    first of those who came meanwhile. Nobody waits for company: alone, a call is served at once.

    `serve` answers a batch in one transaction, with an answer or an error for each, or raises if
    nothing came of the whole.
    """

    def __init__(self, serve: Callable[[Sequence[Asked]], Sequence[Answer | Exception]]) -> None:
        self._serve = serve
        self._waiting: deque[_Seat[Asked, Answer]] = deque()
        self._is_serving = False
        self._door = threading.Lock()

    def ask(self, asked: Asked) -> Answer:
        """Raises what `serve` gave or raised for this call."""
        seat: _Seat[Asked, Answer] = _Seat(asked)
        with self._door:
            self._waiting.append(seat)
            must_wait, self._is_serving = self._is_serving, True
        if must_wait:
            seat.woken.wait()
        if not seat.is_served:
            self._take_turn()
        if seat.error is not None:
            raise seat.error
        return seat.answer  # type: ignore[return-value]  # served without an error

    def _take_turn(self) -> None:
        """Whose turn it is sits first in the row, so serves itself too."""
        count = min(len(self._waiting), MOST_AT_ONCE)
        seats = [self._waiting.popleft() for _ in range(count)]
        try:
            self._serve_seats(seats)
        finally:
            with self._door:
                heir = self._waiting[0] if self._waiting else None
                self._is_serving = heir is not None
            self._dismiss(seats)
            if heir is not None:
                heir.woken.set()

    def _dismiss(self, seats: list[_Seat[Asked, Answer]]) -> None:
        """Somebody still not served lost their server to an interrupt; nothing was written."""
        for seat in seats:
            if not seat.is_served:
                seat.error, seat.is_served = PagemillError("ledger_busy"), True
            seat.woken.set()

    def _serve_seats(self, seats: list[_Seat[Asked, Answer]]) -> None:
        """If a batch fails as a whole each is tried alone, so that one cannot harm the others."""
        try:
            answers = self._serve([seat.asked for seat in seats])
        except Exception as error:  # noqa: BLE001  handed to everybody it concerns
            if len(seats) > 1:
                for seat in seats:
                    self._serve_seats([seat])
                return
            answers = [error]
        for seat, answer in zip(seats, answers, strict=True):
            if isinstance(answer, Exception):
                seat.error = answer
            else:
                seat.answer = answer
            seat.is_served = True
