"""The same journeys with the ledger in PostgreSQL: those in which somebody dies, stops or is told
something.
"""

import pytest

from journeys.test_corrections import (  # noqa: F401  run here once more
    test_no_correction_is_lost_whatever_is_killed,
)
from journeys.test_kills import (  # noqa: F401  run here once more
    test_a_restart_goes_on_from_the_last_finished_page,
    test_a_stopped_node_lets_pages_in_work_finish_and_begins_no_more,
    test_no_page_is_lost_or_read_twice_whatever_is_killed,
)
from journeys.test_serve import (  # noqa: F401  run here once more
    test_a_killed_server_goes_on_where_it_was_before_the_eyes_of_its_client,
)
from postgres_server import PostgresServer


@pytest.fixture
def ledger(postgres: PostgresServer) -> str:
    return postgres.new_database()
