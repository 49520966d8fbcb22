"""The ledger in a database of PostgreSQL. Only `app` imports it, and with it the client library."""
