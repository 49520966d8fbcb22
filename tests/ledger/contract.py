"""The promises of `pagemill.ports.Ledger` as tests. A ledger passes them by offering `make_kit`:

    class TestMyLedger(LedgerContract):
        @pytest.fixture
        def make_kit(self, ...) -> Callable[[], Kit]: ...

where each kit is one new, empty database (see `ledger.desk.Kit`).
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from ledger import (
    agents,
    breaking,
    changes,
    commands,
    contents,
    dead_letters,
    deadlines,
    figures,
    finished,
    machine,
    mending,
    past,
    people,
    processes,
    quotas,
    retention,
    revisions,
    scheduling,
    sources,
    steering,
    tending,
    users,
)
from ledger.desk import Desk, Kit
from pagemill.model.people import UserLimits
from pagemill.model.retention import Bounds, Retention


class LedgerContract(
    people.Submitting,
    people.Reading,
    people.Deleting,
    users.Users,
    users.Tokens,
    users.Audit,
    quotas.Quotas,
    quotas.Waiting,
    quotas.Uploads,
    retention.Keeping,
    retention.Retiring,
    deadlines.Deadlines,
    changes.Changing,
    commands.Commanding,
    commands.Retrying,
    contents.Known,
    finished.Finishing,
    dead_letters.Dead,
    dead_letters.Requeueing,
    dead_letters.Attempts,
    dead_letters.Engines,
    revisions.Correcting,
    revisions.ReadingAgain,
    steering.OwnStops,
    steering.AtWork,
    steering.Ordering,
    scheduling.Serving,
    scheduling.Stopping,
    scheduling.Pools,
    breaking.Breaking,
    breaking.Jumping,
    breaking.Histories,
    breaking.Batches,
    sources.Arriving,
    sources.ArrivingAtLimits,
    sources.ArrivingAgain,
    agents.Claiming,
    agents.Finishing,
    figures.Standing,
    figures.Pace,
    figures.Chores,
    figures.Line,
    past.OverTime,
    past.Holding,
    tending.Caching,
    tending.Leasing,
    mending.LookingOver,
    mending.Mending,
    mending.Redoing,
    machine.Books,
    processes.Together,
    processes.Killed,
):
    @pytest.fixture
    def kit(self, make_kit: Callable[[], Kit]) -> Kit:
        return make_kit()

    @pytest.fixture
    def desk(self, kit: Kit) -> Iterator[Desk]:
        desk = Desk(kit)
        yield desk
        desk.close()

    @pytest.fixture
    def desk_of(self, kit: Kit) -> Iterator[Callable[..., Desk]]:
        """Desks of one house, with limits for every user and rules for all together."""
        with ExitStack() as stack:

            def open_desk(all_together: Retention | None = None, **limits: float) -> Desk:
                bounds = Bounds(UserLimits(**limits), all_together or Retention())
                desk = Desk(kit, bounds=bounds)
                stack.callback(desk.close)
                return desk

            yield open_desk
