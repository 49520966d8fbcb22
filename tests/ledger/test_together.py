"""Calls that wait at the same time share a transaction and keep their own answers."""

import threading
from collections.abc import Sequence

import pytest

from pagemill.errors import PagemillError
from pagemill.ledger.intake.together import Together


class Server:
    """Holds its first batch until the door is opened, so that the others have to wait together."""

    def __init__(self, callers: int) -> None:
        self.batches: list[list[int]] = []
        self.entered = threading.Event()
        self.door = threading.Event()
        self.callers = callers

    def serve(self, asked: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(asked))
        if len(self.batches) == 1:
            self.entered.set()
            assert self.door.wait(30)
        if 13 in asked:
            raise ZeroDivisionError
        return [ValueError(n) if n == 7 else n * 10 for n in asked]


def ask_together(server: Server, numbers: Sequence[int]) -> dict[int, object]:
    """The first alone, and while it is served all the others."""
    together: Together[int, int] = Together(server.serve)
    answers: dict[int, object] = {}

    def ask(n: int) -> None:
        try:
            answers[n] = together.ask(n)
        except (ValueError, ZeroDivisionError) as error:
            answers[n] = error

    threads = [threading.Thread(target=ask, args=(n,)) for n in numbers]
    threads[0].start()
    assert server.entered.wait(30)
    for thread in threads[1:]:
        thread.start()
    deadline = threading.Event()
    while len(together._waiting) < len(numbers) - 1:
        assert not deadline.wait(0.001)
    server.door.set()
    for thread in threads:
        thread.join(30)
    return answers


def test_who_waits_is_served_in_one_batch() -> None:
    server = Server(20)
    answers = ask_together(server, range(100, 120))
    assert answers == {n: n * 10 for n in range(100, 120)}
    assert server.batches[0] == [100]
    assert len(server.batches) == 2
    assert sorted(server.batches[1]) == list(range(101, 120))


def test_an_error_reaches_only_who_caused_it() -> None:
    answers = ask_together(Server(5), [1, 2, 7, 3])
    assert isinstance(answers.pop(7), ValueError)
    assert answers == {1: 10, 2: 20, 3: 30}


def test_a_batch_that_fails_as_a_whole_is_served_one_by_one() -> None:
    answers = ask_together(Server(5), [1, 2, 13, 3])
    assert isinstance(answers.pop(13), ZeroDivisionError)
    assert answers == {1: 10, 2: 20, 3: 30}


def test_a_call_alone_is_served_at_once() -> None:
    together: Together[int, int] = Together(lambda asked: [n + 1 for n in asked])
    assert together.ask(1) == 2
    with pytest.raises(ZeroDivisionError):
        Together(lambda asked: [1 // n for n in asked]).ask(0)


def test_an_interrupt_of_who_serves_sends_the_others_away_with_an_error() -> None:
    server = Server(3)

    def serve(asked: Sequence[int]) -> list[int | Exception]:
        answers = server.serve(asked)
        if len(server.batches) == 2:
            raise KeyboardInterrupt
        return answers

    together: Together[int, int] = Together(serve)
    ends: list[str] = []

    def ask(n: int) -> None:
        try:
            ends.append(str(together.ask(n)))
        except (KeyboardInterrupt, PagemillError) as error:
            ends.append(type(error).__name__)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(3)]
    threads[0].start()
    assert server.entered.wait(30)
    for thread in threads[1:]:
        thread.start()
    pause = threading.Event()
    while len(together._waiting) < 2:
        assert not pause.wait(0.001)
    server.door.set()
    for thread in threads:
        thread.join(30)
    assert sorted(ends) == ["0", "KeyboardInterrupt", "PagemillError"]
    assert together.ask(5) == 50
