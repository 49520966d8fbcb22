-- Files that came from folders, where PostgreSQL says it in its own words.

-- name: known_sources(user_id, keys)
-- What a user has taken in before; `keys` is a JSON list. Files whose bytes were lost since are to
-- be read again.
SELECT path_key, path, size_bytes, mtime_ns, sha256, job_id, outcome, code, message FROM source
WHERE user_id = :user_id
  AND path_key = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(:keys AS JSONB))))
  AND NOT EXISTS (
    SELECT 1 FROM document WHERE document.sha256 = source.sha256 AND document.lost_ms IS NOT NULL
  );
