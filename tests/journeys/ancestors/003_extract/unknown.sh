#!/bin/sh
# What is answered about ids that nobody gave out, by curl.
#
# unknown.sh ADDRESS
set -eu
address=$1

ask() { # ask ARGUMENT...: the status code and the body, as one JSON object
    answer=$(curl -sS -w '\n%{http_code}' "$@")
    printf '{"code": %s, "body": %s}' "${answer##*
}" "${answer%
*}"
}

task=$(ask "$address/api/task/no-such-task")
extract=$(ask -X POST "$address/api/extract/no-such-file" \
    -H "Content-Type: application/json" -d '{"async": true}')
process=$(ask -X POST "$address/api/process-async" \
    -H "Content-Type: application/json" -d '{"file_id": "no-such-file"}')

printf '{"task": %s, "extract": %s, "process": %s}\n' "$task" "$extract" "$process"
