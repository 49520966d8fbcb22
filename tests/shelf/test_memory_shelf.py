"""A store that is no disk keeps the same promises, so an S3 shelf can."""

import pytest
from obstore.store import MemoryStore

from pagemill.shelf import ObjectShelf
from shelf.contract import ShelfContract


class TestObjectShelf(ShelfContract):
    @pytest.fixture
    def shelf(self) -> ObjectShelf:
        return ObjectShelf(MemoryStore())
