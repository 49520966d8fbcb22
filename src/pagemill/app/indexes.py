"""Where the full text of finished jobs is kept: beside the ledger, whichever database that is."""

from pagemill.ports import SearchIndex
from pagemill.search import SEARCH_FILE, SqliteIndex
from pagemill.settings import Settings


def open_index(settings: Settings) -> SearchIndex | None:
    """None where the settings want none. Nothing is opened before it is used."""
    if not settings.search:
        return None
    if settings.ledger:
        from pagemill.search.postgres import PostgresIndex  # noqa: PLC0415  loads the client

        return PostgresIndex(settings.ledger)
    return SqliteIndex(settings.data.absolute() / SEARCH_FILE)
