"""One server for the tests of a file. The clients themselves are no tests."""

from collections.abc import Iterator

import pytest

from journeys.ancestors.clients import Server, gated

collect_ignore_glob = ["0*"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with gated(tmp_path_factory.mktemp("server")) as server:
        yield server
