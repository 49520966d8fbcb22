"""The promises of `pagemill.ports.Ledger` as tests. A ledger passes them by offering `make_kit`:

    class TestMyLedger(LedgerContract):
        @pytest.fixture
        def make_kit(self, ...) -> Callable[[], Kit]: ...

where each kit is one new, empty database (see `ledger.desk.Kit`).
"""

from collections.abc import Callable, Iterator

import pytest

from ledger import agents, commands, machine, people, processes, tending
from ledger.desk import Desk, Kit


class LedgerContract(
    people.Submitting,
    people.Reading,
    people.Deleting,
    commands.Commanding,
    commands.Retrying,
    agents.Claiming,
    agents.Finishing,
    tending.Caching,
    tending.Leasing,
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
