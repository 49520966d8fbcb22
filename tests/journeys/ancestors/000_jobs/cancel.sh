#!/bin/sh
# Creates a job and cancels it, by curl.
#
# cancel.sh ADDRESS FILE
set -eu
address=$1 file=$2

created=$(curl -fsS -X POST "$address/jobs/create" -F "file=@$file")
job_id=$(echo "$created" | sed -n 's/.*"job_id": *"\([^"]*\)".*/\1/p')
cancelled=$(curl -fsS -X DELETE "$address/jobs/$job_id")
status=$(curl -fsS "$address/jobs/$job_id")
download=$(curl -sS -o /dev/null -w '%{http_code}' "$address/jobs/$job_id/download")

printf '{"created": %s, "cancelled": %s, "status": %s, "download": %s}' \
    "$created" "$cancelled" "$status" "$download" | tr -d '\n'
echo
