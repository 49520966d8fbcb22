-- Which bytes have a job already. What the two databases must say differently stands in
-- postgres/contents.sql.

-- name: ledger_id()$
-- The ledger's own name, given by the migration that made the table.
SELECT id FROM house;

-- name: jobs_of_keys(user_id, keys)
-- Jobs of one user by their idempotency keys; `keys` is a JSON list.
SELECT idempotency_key, id FROM job
WHERE user_id = :user_id AND idempotency_key IS NOT NULL
  AND idempotency_key IN (SELECT value FROM json_each(:keys));
