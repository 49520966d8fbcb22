"""When an engine rests, and when it is asked again, as tables."""

import random

import pytest

from pagemill.model.breaker import BreakerPolicy, Circuit, fail, go_away, succeed

NOW = 1_000_000
POLICY = BreakerPolicy(failures=3, base_seconds=5, cap_seconds=60)
RESTING = Circuit(1, NOW + 1000)
HALF_OPEN = Circuit(2, NOW - 1)


class Most(random.Random):
    """Draws the highest number there is."""

    def uniform(self, _: float, b: float) -> float:
        return b


class Least(random.Random):
    def uniform(self, a: float, _: float) -> float:
        return a


def failed(circuit: Circuit, *jobs: str, policy: BreakerPolicy = POLICY) -> Circuit:
    for job in jobs:
        circuit = fail(circuit, job, NOW, policy, Most())
    return circuit


@pytest.mark.parametrize(
    ("trips", "seconds"), [(0, 15), (1, 30), (2, 60), (3, 60), (200, 60), (10**6, 60)]
)
def test_rests_grow_up_to_a_cap(trips: int, seconds: int) -> None:
    circuit = go_away(Circuit(trips), 15, NOW, POLICY, Most())
    assert circuit == Circuit(trips + 1, NOW + 1000 * seconds)


def test_rests_have_full_jitter_but_are_never_none() -> None:
    rests = {
        go_away(Circuit(), 15, NOW, POLICY, random.Random(seed)).rests_until_ms - NOW
        for seed in range(200)
    }
    assert min(rests) < 1500
    assert max(rests) > 13_500
    assert len(rests) > 150
    assert go_away(Circuit(), 15, NOW, POLICY, Least()).rests_until_ms == NOW + 500
    assert go_away(Circuit(), 0.01, NOW, POLICY, Least()).rests_until_ms == NOW + 10


@pytest.mark.parametrize(
    ("circuit", "jobs", "trips"),
    [
        pytest.param(Circuit(), "ab", 0, id="few"),
        pytest.param(Circuit(), "abc", 1, id="many different ones"),
        pytest.param(Circuit(), "aaaaaaaa", 0, id="one document"),
        pytest.param(Circuit(), "abababab", 0, id="two documents"),
        pytest.param(HALF_OPEN, "a", 3, id="the one that was let through"),
        pytest.param(RESTING, "abc", 1, id="those on their way when the rest began"),
    ],
)
def test_failures_in_a_row_open_the_circuit(circuit: Circuit, jobs: str, trips: int) -> None:
    assert failed(circuit, *jobs).trips == trips


def test_the_breaker_can_be_switched_off() -> None:
    off = BreakerPolicy(failures=0)
    assert failed(Circuit(), *"abcdefghijkl", policy=off) == Circuit()
    assert go_away(Circuit(), 1, NOW, off, Most()).trips == 1


@pytest.mark.parametrize(
    ("circuit", "after"),
    [
        pytest.param(Circuit(0, 0, ("a", "b")), Circuit(), id="failures are forgotten"),
        pytest.param(HALF_OPEN, Circuit(), id="half open: closed"),
        pytest.param(RESTING, RESTING, id="begun before the rest: says nothing"),
    ],
)
def test_a_success_closes_the_circuit(circuit: Circuit, after: Circuit) -> None:
    assert succeed(circuit, NOW, POLICY) == after


def test_one_outage_is_one_trip_however_many_tell_of_it() -> None:
    assert go_away(RESTING, 15, NOW, POLICY, Most()) == RESTING
    assert go_away(HALF_OPEN, 15, NOW, POLICY, Most()).trips == 3


@pytest.mark.parametrize(
    ("until_ms", "is_resting"),
    [(NOW - 1, False), (NOW, False), (NOW + 1, True), (NOW + 60_000, True), (NOW + 60_001, False)],
)
def test_a_rest_ends_even_if_the_clock_is_set_back(until_ms: int, is_resting: bool) -> None:
    assert Circuit(1, until_ms).is_resting(NOW, POLICY) is is_resting


@pytest.mark.parametrize(("circuit", "most"), [(Circuit(), None), (HALF_OPEN, 1), (RESTING, 1)])
def test_one_task_at_a_time_is_let_through(circuit: Circuit, most: int | None) -> None:
    assert circuit.max_running == most
