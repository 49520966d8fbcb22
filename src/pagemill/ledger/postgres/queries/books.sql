-- The ledger looked over, where PostgreSQL says it in its own words.

-- name: known_jobs(ids)
-- Those of a JSON list that exist.
SELECT id FROM job
WHERE id = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(:ids AS JSONB))));

-- name: known_documents(ids)
-- Those of a JSON list that exist.
SELECT sha256, media_type, size_bytes, pages AS document_pages FROM document
WHERE sha256 = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(:ids AS JSONB))));

-- name: keys_in_trash(ids)
-- Those of a JSON list that are to be deleted.
SELECT key FROM trash
WHERE key = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST(:ids AS JSONB))));
