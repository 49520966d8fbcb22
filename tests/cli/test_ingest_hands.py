"""How many threads read files: few where the processor is what is short, many where it waits."""

import hashlib
import threading
from collections.abc import Callable, Iterator

import pytest

from pagemill.cli.ingest.hands import FEWEST, FIRST, Hands


@pytest.fixture
def hands_of() -> Iterator[Callable[[int], Hands]]:
    made: list[Hands] = []

    def make(most: int) -> Hands:
        made.append(Hands(most))
        return made[-1]

    yield make
    for hands in made:
        hands.close()


def wait(_: int) -> None:
    threading.Event().wait(0.002)


def work(_: int) -> bytes:
    return hashlib.sha256(b"x" * 300_000).digest()


def test_results_come_in_the_order_of_what_was_given(hands_of: Callable[[int], Hands]) -> None:
    for most in (1, 3, 50):
        assert hands_of(most).map(lambda n: 2 * n, range(101)) == [2 * n for n in range(101)]
        assert hands_of(most).map(lambda n: n, range(0)) == []


def test_threads_that_only_wait_become_more_up_to_the_bound(
    hands_of: Callable[[int], Hands],
) -> None:
    hands = hands_of(10)
    for _ in range(3):
        hands.map(wait, range(100))
    assert hands.count == 10


def test_threads_that_keep_the_processor_busy_become_fewer(
    hands_of: Callable[[int], Hands],
) -> None:
    hands = hands_of(50)
    assert hands.count == FIRST
    hands.map(work, range(200))
    assert hands.count == FEWEST


def test_no_more_than_are_allowed_work_at_once(hands_of: Callable[[int], Hands]) -> None:
    hands, at_work, most = hands_of(3), [], []

    def count(n: int) -> None:
        at_work.append(n)
        most.append(len(at_work))
        threading.Event().wait(0.001)
        at_work.remove(n)

    callers = [
        threading.Thread(target=hands.map, args=(count, range(40 * n, 40 * n + 40)))
        for n in range(3)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert max(most) <= 3


def test_an_error_is_raised_when_all_have_ended(hands_of: Callable[[int], Hands]) -> None:
    done: list[int] = []

    def fail_at_first(n: int) -> None:
        if n == 0:
            raise ZeroDivisionError
        done.append(n)

    with pytest.raises(ZeroDivisionError):
        hands_of(4).map(fail_at_first, range(100))
    assert len(done) == 75
