"""The rule of `stairs.py` itself: what it lets through and what it catches."""

import threading
from pathlib import Path

from stairs import SOURCE, Stairs, below, floors, planted, protocols, room_of


def test_a_call_up_is_wrong_and_a_call_down_is_not() -> None:
    with Stairs() as stairs:
        below(planted("ledger", "low", "return args[0]['high']()"))(
            {"high": planted("service", "high", "return None")}
        )
    assert stairs.wrong == {("ledger", "service", "high")}
    assert stairs.crossings == {("app", "ledger")}


def test_a_call_sideways_is_wrong() -> None:
    with Stairs() as stairs:
        below(planted("ledger", "low", "return args[0]['other']()"))(
            {"other": planted("shelf", "other", "return None")}
        )
    assert stairs.wrong == {("ledger", "shelf", "other")}


def test_a_library_in_between_hides_nothing() -> None:
    with Stairs() as stairs:
        low = "import functools; return functools.reduce(lambda a, f: f(), [*args[0].values()], 0)"
        below(planted("shelf", "low", low))({"high": planted("work", "high", "return None")})
    assert stairs.wrong == {("shelf", "work", "high")}


def test_other_threads_are_followed() -> None:
    low, high = planted("shelf", "low", "args[0]['x']()"), planted("work", "high", "return None")
    with Stairs() as stairs:
        thread = threading.Thread(target=below(low), args=({"x": high},))
        thread.start()
        thread.join()
    assert stairs.wrong == {("shelf", "work", "high")}


def test_a_function_handed_down_may_be_called_back() -> None:
    low = planted("layout", "low", "return list(walk())", "walk")
    with Stairs() as stairs:
        below(low, "work")(planted("work", "walk", "yield 1"))
    assert stairs.wrong == set()
    assert ("layout", "work") in stairs.crossings


def test_every_room_has_a_floor_and_every_port_is_known() -> None:
    rooms = {room_of(str(path)) for path in Path(SOURCE).rglob("*.py")}
    assert rooms - {"__init__"} == set(floors())
    assert len(list(protocols())) > 10
