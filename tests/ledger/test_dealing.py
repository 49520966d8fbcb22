"""Who gets the next slot, as a table of cases."""

from collections import Counter

import pytest

from pagemill.ledger.tasks.dealing import Guest, Head, deal, share

FREE = 1000


def guest(name: str, running: int = 0, **more: float) -> Guest:
    fields: dict[str, float] = {"max_running": FREE, "weight": 1, "waits_since": 0, **more}
    return Guest(name, running, **fields)  # type: ignore[arg-type]


def row(user: str, *ranks: int, pool: str = "cpu") -> list[Head]:
    """Tasks whose ids are their ranks."""
    return [Head(rank, rank, pool, user) for rank in ranks]


@pytest.mark.parametrize(
    ("guests", "expected"),
    [
        pytest.param([guest("ann"), guest("bob")], {"ann": 4, "bob": 4}, id="evenly"),
        pytest.param(
            [guest("ann", weight=3), guest("bob")], {"ann": 6, "bob": 2}, id="by their weights"
        ),
        pytest.param(
            [guest("ann", 6), guest("bob")], {"ann": 1, "bob": 7}, id="least running first"
        ),
        pytest.param(
            [guest("ann", 1, max_running=2), guest("bob")], {"ann": 1, "bob": 7}, id="within limits"
        ),
        pytest.param([guest("ann", 2, max_running=2)], {}, id="nothing at the limit"),
        pytest.param(
            [guest("ann"), guest("bob", 4, credit=6)], {"ann": 2, "bob": 6}, id="newcomers first"
        ),
        pytest.param(
            [guest("ann", credit=16), guest("bob", credit=16)],
            {"ann": 4, "bob": 4},
            id="several newcomers evenly",
        ),
    ],
)
def test_eight_slots_are_shared(guests: list[Guest], expected: dict[str, int]) -> None:
    assert share(guests, 8) == Counter(expected)


def test_of_equals_the_one_served_longest_ago_comes_first() -> None:
    guests = [guest("ann", waits_since=9), guest("bob", waits_since=3), guest("eve", waits_since=5)]
    heads = {user: row(user, 1) for user in ("ann", "bob", "eve")}
    dealt = deal(guests, heads, {"cpu": FREE}, 3)
    assert [head.user_id for head in dealt] == ["bob", "eve", "ann"]


def test_a_users_tasks_come_by_rank_whatever_their_pools() -> None:
    heads = {"ann": [*row("ann", 3, 4, pool="text"), *row("ann", 1, 5, pool="ppocr")]}
    dealt = deal([guest("ann")], heads, {"text": FREE, "ppocr": FREE}, 3)
    assert [(head.rank, head.pool) for head in dealt] == [(1, "ppocr"), (3, "text"), (4, "text")]


def test_a_full_pool_holds_up_nothing_of_another() -> None:
    heads = {
        "ann": [*row("ann", 1, 2, pool="gpu"), *row("ann", 7, pool="text")],
        "bob": row("bob", 3, 4, pool="gpu"),
    }
    dealt = deal([guest("ann"), guest("bob")], heads, {"gpu": 2, "text": FREE}, 8)
    assert [head.rank for head in dealt] == [1, 3, 7]


def test_slots_of_a_user_without_work_go_to_others() -> None:
    heads = {"ann": row("ann", 1), "bob": row("bob", 2, 3, 4)}
    dealt = deal([guest("ann"), guest("bob")], heads, {"cpu": FREE}, 4)
    assert Counter(head.user_id for head in dealt) == {"ann": 1, "bob": 3}
