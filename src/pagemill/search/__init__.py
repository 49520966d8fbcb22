"""The full text of finished jobs, to be searched: derived from ledger and shelf, and made anew when
it is lost. SQLite keeps it in a file of its own, so that filling it holds up no writer of the
ledger and copies of the ledger stay small; PostgreSQL in tables of the same database.
"""

from pagemill.search.sqlite import SEARCH_FILE, SqliteIndex

__all__ = ["SEARCH_FILE", "SqliteIndex"]
