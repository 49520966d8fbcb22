-- Files that came from folders. What the two databases must say differently stands in
-- postgres/sources.sql.

-- name: known_sources(user_id, keys)
-- What a user has taken in before; `keys` is a JSON list. Files whose bytes were lost since are to
-- be read again.
SELECT path_key, path, size_bytes, mtime_ns, sha256, job_id, outcome, code, message FROM source
WHERE user_id = :user_id AND path_key IN (SELECT value FROM json_each(:keys))
  AND NOT EXISTS (
    SELECT 1 FROM document WHERE document.sha256 = source.sha256 AND document.lost_ms IS NOT NULL
  );

-- name: keep_sources*!
-- A file as it was taken in, in place of what it was before.
INSERT INTO source (
  user_id, path_key, path, size_bytes, mtime_ns, sha256, job_id, outcome, code, message, seen_ms
) VALUES (
  :user_id, :path_key, :path, :size_bytes, :mtime_ns, :sha256, :job_id, :outcome, :code, :message,
  :now_ms
) ON CONFLICT (user_id, path_key) DO UPDATE SET
  path = excluded.path, size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns,
  sha256 = excluded.sha256, job_id = excluded.job_id, outcome = excluded.outcome,
  code = excluded.code, message = excluded.message, seen_ms = excluded.seen_ms;
