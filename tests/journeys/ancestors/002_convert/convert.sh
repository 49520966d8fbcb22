#!/bin/sh
# Basic usage and the API reference, by curl; the file lies in the server's input folder.
#
# convert.sh ADDRESS FILENAME PAUSE_SECONDS
set -eu
address=$1 filename=$2 pause=$3

field() { # field NAME: the text of a JSON field on standard input
    sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"
}

health=$(curl -fsS "$address/health")

accepted=$(curl -fsS -X POST "$address/convert" \
    -F "filename=$filename" \
    -F "prompt_mode=prompt_layout_all_en")
conversion_id=$(echo "$accepted" | field conversion_id)
echo "accepted as $conversion_id"

pool=$(curl -fsS "$address/worker-pool-status")

while :; do
    status=$(curl -fsS "$address/conversion-status/$conversion_id")
    echo "$status"
    case $(echo "$status" | field status) in
    completed) break ;;
    failed | cancelled) exit 1 ;;
    esac
    sleep "$pause"
done

printf '{"health": %s, "accepted": %s, "pool": %s, "status": %s}' \
    "$health" "$accepted" "$pool" "$status" | tr -d '\n'
echo
