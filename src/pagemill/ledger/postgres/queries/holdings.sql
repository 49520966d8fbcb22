-- What the house holds.

-- name: database()^
-- What the ledger lies in, and how large that is.
SELECT 'PostgreSQL ' || current_setting('server_version') AS name,
  pg_database_size(current_database()) AS bytes;
