"""Steering the queue: what is handed out and what is not, and in which order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from pagemill.access import require, whose
from pagemill.errors import PagemillError
from pagemill.model.job import JobState
from pagemill.model.options import ENGINE_ALIASES
from pagemill.model.people import LOCAL, Caller, Scope
from pagemill.ports import Bell, InWork, JobQuery, Ledger, PoolState, Stop, StopScope
from pagemill.service.new_jobs import check_priority

JOBS_AT_ONCE = 100  # one transaction; others wait for it
MOST_RUNNING = 1024
OPEN_STATES = (JobState.QUEUED, JobState.PROCESSING, JobState.PAUSED)


@dataclass(frozen=True, slots=True)
class Target:
    """What an order is about: the whole queue (`name` is ""), one user or one engine."""

    scope: StopScope
    name: str

    @classmethod
    def of(cls, user: str = "", engine: str = "") -> "Target":
        """Raises `invalid_options` for both at once."""
        if user and engine:
            raise PagemillError(
                "invalid_options",
                "Both a user and an engine are named",
                "Name one of them, or neither for the whole queue.",
            )
        if user:
            return cls(StopScope.USER, user)
        name = ENGINE_ALIASES.get(engine, engine)
        return cls(StopScope.ENGINE, name) if engine else cls(StopScope.QUEUE, "")


@dataclass(frozen=True, slots=True)
class Moved:
    """`count` jobs have a new priority; `before` is where to go on, "" when there is no more."""

    count: int
    before: str


@dataclass(frozen=True, slots=True)
class Steering:
    """Everybody may stop and go on with what is their own; the rest is for admins, and who is
    stopped by somebody else stays it. All raise `forbidden`. `most_jobs` bounds one call.
    """

    ledger: Ledger
    bell: Bell
    engine_names: Collection[str]
    most_jobs: int

    def stops(self, who: Caller = LOCAL) -> list[Stop]:
        """Those that concern whoever asks: of other users only admins see them."""
        return [
            stop
            for stop in self.ledger.scheduling.stops()
            if stop.scope is not StopScope.USER or not who.sees or stop.name == who.id
        ]

    def pause(self, target: Target, who: Caller = LOCAL) -> bool:
        """Nothing of it is begun any more; what runs goes on. Whether that is new. Raises
        `user_not_found`, `invalid_options` for an engine that nobody has.
        """
        _require(target, who)
        if target.scope is StopScope.ENGINE:
            self._know(target.name)
        return self.ledger.scheduling.stop(target.scope, target.name, who)

    def resume(self, target: Target, who: Caller = LOCAL) -> bool:
        """Whether it was stopped."""
        _require(target, who)
        was_stopped = self.ledger.scheduling.go_on(target.scope, target.name, who)
        if was_stopped:
            self.bell.ring()
        elif any(target == Target(stop.scope, stop.name) for stop in self.stops(who)):
            raise PagemillError(
                "forbidden", "An operator has stopped your work", "Ask whoever runs this server."
            )
        return was_stopped

    def running(self, target: Target, who: Caller = LOCAL) -> int:
        """How many tasks of it are in work now."""
        _require(target, who)
        return self.ledger.scheduling.running(target.scope, target.name)

    def in_work(self, target: Target, who: Caller = LOCAL) -> list[InWork]:
        """The oldest of them."""
        _require(target, who)
        return self.ledger.scheduling.in_work(target.scope, target.name)

    def engines(self) -> list[PoolState]:
        return self.ledger.scheduling.pools()

    def limit_engine(self, name: str, max_running: int | None, who: Caller = LOCAL) -> PoolState:
        """None takes the limit away. Raises `invalid_options`."""
        require(who, Scope.ADMIN)
        name = ENGINE_ALIASES.get(name, name)
        self._know(name)
        if max_running is not None and not 1 <= max_running <= MOST_RUNNING:
            raise PagemillError(
                "invalid_options",
                f"`max_running` is {max_running}",
                f"It must lie between 1 and {MOST_RUNNING}; to let nothing run, stop the engine.",
            )
        state = self.ledger.scheduling.limit_pool(name, max_running, who)
        self.bell.ring()
        return state

    def reprioritise(
        self,
        priority: int,
        query: JobQuery,
        who: Caller = LOCAL,
        user_id: str = "",
        *,
        states: Sequence[JobState] = (),
    ) -> Moved:
        """Gives jobs that match another priority, newest first, `most_jobs` at a call; without
        `states` all that have not ended.        Raises `invalid_request`.
        """
        check_priority(priority)
        asked = replace(query, user_id=whose(who, user_id), states=tuple(states) or OPEN_STATES)
        count, looked_at = 0, 0
        while looked_at < self.most_jobs:
            limit = min(JOBS_AT_ONCE, self.most_jobs - looked_at)
            ids = [job.id for job in self.ledger.jobs(replace(asked, limit=limit))]
            count += self.ledger.scheduling.reprioritise(ids, priority, who) if ids else 0
            if len(ids) < limit:
                return Moved(count, "")
            looked_at += len(ids)
            asked = replace(asked, before=ids[-1])
        return Moved(count, asked.before)

    def _know(self, engine: str) -> None:
        """Other machines may have engines that this one has not: they have had work."""
        known = {*self.engine_names, *(pool.name for pool in self.engines())}
        if engine not in known:
            raise PagemillError(
                "invalid_options",
                f"There is no engine '{engine[:40]}'",
                f"Allowed: {', '.join(sorted(known))}.",
            )


def _require(target: Target, who: Caller) -> None:
    require(who, Scope.WRITE)
    if target != Target(StopScope.USER, who.id):
        require(who, Scope.ADMIN)
