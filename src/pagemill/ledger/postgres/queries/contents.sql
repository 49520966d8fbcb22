-- Which bytes have a job already, where PostgreSQL says it in its own words.

-- name: jobs_of_keys(user_id, keys)
-- Jobs of one user by their idempotency keys; `keys` is a JSON list.
SELECT idempotency_key, id FROM job
WHERE user_id = :user_id
  AND idempotency_key = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(:keys AS JSONB))));
