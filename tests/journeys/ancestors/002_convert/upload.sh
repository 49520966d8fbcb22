#!/bin/sh
# A conversion whose file is sent along, for lack of an input folder in reach, by curl.
#
# upload.sh ADDRESS FILE
set -eu
address=$1 file=$2

accepted=$(curl -fsS -X POST "$address/convert" -F "file=@$file")
echo "$accepted" | tr -d '\n'
echo
