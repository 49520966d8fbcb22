"""What was claimed ahead holds up nobody."""

from dataclasses import replace

import pytest

from pagemill.model.document import PDF, Document
from pagemill.model.task import Work
from pagemill.work.backlog import Backlog
from work.kit import page_work

DOCUMENT = Document("ab" * 32, PDF, 1000)


def of(user: str, task_id: int) -> Work:
    return replace(page_work(DOCUMENT), task_id=task_id, user_id=user)


def taken(backlog: Backlog, *in_hand: Work) -> list[int]:
    """What is begun one after the other, all of it still in hand."""
    busy = list(in_hand)
    while len(backlog):
        busy.append(backlog.take(busy))
    return [work.task_id for work in busy[len(in_hand) :]]


def test_a_backlog_of_one_user_is_worked_off_in_order() -> None:
    backlog = Backlog()
    backlog.add([of("ann", 1), of("ann", 2), of("ann", 3)])
    assert taken(backlog, of("ann", 9)) == [1, 2, 3]


def test_who_comes_later_and_has_nothing_in_hand_is_next() -> None:
    backlog = Backlog()
    backlog.add(of("ann", n) for n in range(1, 5))
    backlog.add([of("bob", 8), of("bob", 9)])
    assert taken(backlog, of("ann", 0)) == [8, 1, 9, 2, 3, 4]


def test_what_newcomers_got_in_advance_is_begun_before_all_else() -> None:
    backlog = Backlog()
    backlog.add(of("ann", n) for n in range(1, 4))
    backlog.add(replace(of("bob", n), is_advanced=True) for n in (7, 8, 9))
    assert taken(backlog, of("ann", 0), of("bob", 6), of("bob", 5)) == [7, 8, 9, 1, 2, 3]


def test_nothing_can_be_taken_of_nothing() -> None:
    with pytest.raises(ValueError, match="empty"):
        Backlog().take([])


def test_what_was_spared_comes_first_and_what_is_lost_goes() -> None:
    backlog = Backlog()
    backlog.add([of("ann", 1), of("ann", 2)])
    backlog.keep([of("ann", 7)], {2, 7})
    assert [one.task_id for one in backlog] == [7, 2]
    assert [one.task_id for one in backlog.take_all()] == [7, 2]
    assert len(backlog) == 0
