"""The circuit breaker of a pool: an engine that is away rests instead of burning attempts.

Closed, everything passes. Something the whole pool needs is away, or attempts of many different
jobs failed in a row: the circuit opens, and the pool rests. After the rest it is half open: one
task at a time is let through. Its success closes the circuit, its failure means a longer rest.
Pure rules; times are milliseconds.
"""

import random
from dataclasses import dataclass, replace

SHORTEST_REST_SECONDS = 0.5
_GROWTH_MOST = 30


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """`failures` different jobs in a row open the circuit (0: they never do). The n-th rest in a
    row lasts up to `base_seconds` (or the pause that was asked for) times 2^(n-1), and no longer
    than `cap_seconds`.
    """

    failures: int = 10
    base_seconds: float = 5.0
    cap_seconds: float = 300.0

    @property
    def longest_rest_ms(self) -> int:
        return round(1000 * self.cap_seconds)


@dataclass(frozen=True, slots=True)
class Circuit:
    """`trips` counts the rests in a row; 0 is closed. `failed_jobs` are those whose attempts failed
    since the last success.
    """

    trips: int = 0
    rests_until_ms: int = 0
    failed_jobs: tuple[str, ...] = ()

    def is_resting(self, now_ms: int, policy: BreakerPolicy) -> bool:
        """A rest longer than any can be comes from a clock that was set back: it is over."""
        return now_ms < self.rests_until_ms <= now_ms + policy.longest_rest_ms

    @property
    def max_running(self) -> int | None:
        """How many tasks may run because of it; None: any number."""
        return 1 if self.trips else None


def succeed(circuit: Circuit, now_ms: int, policy: BreakerPolicy) -> Circuit:
    """An attempt brought its result. One that ends during a rest was begun before it, and says
    nothing about now.
    """
    return circuit if circuit.is_resting(now_ms, policy) else Circuit()


def go_away(
    circuit: Circuit, pause_seconds: float, now_ms: int, policy: BreakerPolicy, rng: random.Random
) -> Circuit:
    """What the pool needs is not there. Those who were on their way when the rest began tell the
    same story, which counts once.
    """
    if circuit.is_resting(now_ms, policy):
        return circuit
    trips = circuit.trips + 1
    rest_ms = _rest_ms(trips, pause_seconds, policy, rng)
    return Circuit(trips, now_ms + rest_ms)


def fail(
    circuit: Circuit, job_id: str, now_ms: int, policy: BreakerPolicy, rng: random.Random
) -> Circuit:
    """An attempt went wrong in a way that another might not, or its child died. One document may
    be to blame for that, many different ones are not.
    """
    if not policy.failures or circuit.is_resting(now_ms, policy):
        return circuit
    jobs = tuple(dict.fromkeys((*circuit.failed_jobs, job_id)))
    if circuit.trips or len(jobs) >= policy.failures:
        return go_away(circuit, policy.base_seconds, now_ms, policy, rng)
    return replace(circuit, failed_jobs=jobs)


def _rest_ms(trips: int, base_seconds: float, policy: BreakerPolicy, rng: random.Random) -> int:
    """Full jitter, so that several houses do not come back at once; but never no rest at all."""
    ceiling = min(policy.cap_seconds, base_seconds * 2.0 ** min(trips - 1, _GROWTH_MOST))
    return round(1000 * max(min(SHORTEST_REST_SECONDS, ceiling), rng.uniform(0.0, ceiling)))
