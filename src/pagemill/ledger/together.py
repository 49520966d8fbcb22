"""Group commit: calls that wait at the same time share one transaction, and so one sync."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

MOST_AT_ONCE = 100


@dataclass(slots=True)
class _Seat(Generic[Asked, Answer]):
    """Somebody who waits. Filled by whoever holds the turn, read by its owner afterwards."""

    asked: Asked
    answer: Answer | None = None
    error: BaseException | None = None
    is_served: bool = False


class Together(Generic[Asked, Answer]):
    """The first to come serves everybody who came until its turn began; the next turn takes those
    who came meanwhile. Nobody waits for company: alone, a call is served at once.

    `serve` answers a batch in one transaction, with an answer or an error for each, or raises if
    nothing came of the whole.
    """

    def __init__(self, serve: Callable[[Sequence[Asked]], Sequence[Answer | Exception]]) -> None:
        self._serve = serve
        self._waiting: deque[_Seat[Asked, Answer]] = deque()
        self._turn = threading.Lock()

    def ask(self, asked: Asked) -> Answer:
        """Raises what `serve` gave or raised for this call."""
        seat: _Seat[Asked, Answer] = _Seat(asked)
        self._waiting.append(seat)
        with self._turn:
            while not seat.is_served:
                self._serve_next()
        if seat.error is not None:
            raise seat.error
        return seat.answer  # type: ignore[return-value]  # served without an error

    def _serve_next(self) -> None:
        count = min(len(self._waiting), MOST_AT_ONCE)
        self._serve_seats([self._waiting.popleft() for _ in range(count)])

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
