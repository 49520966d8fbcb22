#!/bin/sh
# The manual test and the monitoring commands, by curl.
#
# manual.sh ADDRESS FILE RESULT PAUSE_SECONDS
#
# One option differs: curl takes a value of -F that begins with < for the name of a file to read
# (the document's command ends with curl's error 26), so the prompt goes with --form-string.
set -eu
address=$1 file=$2 result=$3 pause=$4

field() { # field NAME: the text of a JSON field on standard input
    sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"
}

# 1. Check health
health=$(curl -fsS "$address/health")

# 2. Create job
created=$(curl -fsS -X POST "$address/jobs/create" \
    -F "file=@$file" \
    --form-string "prompt=<image>Convert to markdown")
job_id=$(echo "$created" | field job_id)
echo "created $job_id"

# 3. Check status
while :; do
    status=$(curl -fsS "$address/jobs/$job_id")
    echo "$status"
    case $(echo "$status" | field status) in
    completed) break ;;
    failed | cancelled) exit 1 ;;
    esac
    sleep "$pause"
done

# 4. Download when done
curl -fsS "$address/jobs/$job_id/download" -o "$result"

metadata=$(curl -fsS "$address/jobs/$job_id/metadata")
listed=$(curl -fsS "$address/jobs?limit=50")

printf '{"health": %s, "created": %s, "status": %s, "metadata": %s, "listed": %s}' \
    "$health" "$created" "$status" "$metadata" "$listed" | tr -d '\n'
echo
