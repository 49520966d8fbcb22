#!/bin/sh
# The queue's statistics before and after its failed jobs are put back, by curl.
#
# stats.sh ADDRESS
set -eu
address=$1

before=$(curl -fsS "$address/api/queue/stats")
requeued=$(curl -fsS -X POST "$address/api/queue/requeue-failed")
after=$(curl -fsS "$address/api/queue/stats")

printf '{"before": %s, "requeued": %s, "after": %s}' "$before" "$requeued" "$after" | tr -d '\n'
echo
