#!/bin/sh
# What we need from the operating system: Tesseract with three languages (one engine). With `tests`
# also what only they need: poppler's pdftotext (a second opinion on the PDFs we write), fonts of
# many scripts, a database server, and what the ancestors' clients run in. With `bench` the servers
# of the queues that ours is measured beside. Installed when root and apt allow it.
#
# system.sh [tests|bench]
set -eu

missing=""

need() { # need PACKAGE COMMAND...: the package is missing unless the command succeeds
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

has_language() {
    tesseract --list-langs 2>/dev/null | grep -qx "$1"
}

has_postgresql() {
    ls /usr/lib/postgresql/*/bin/initdb || command -v initdb
}

has_font() {
    ls "/usr/share/fonts/truetype/$1".tt?
}

need tesseract-ocr command -v tesseract
for language in eng deu fra; do
    need "tesseract-ocr-$language" has_language "$language"
done
if [ "${1:-}" = tests ]; then
    need poppler-utils command -v pdftotext
    need curl command -v curl
    need nodejs command -v node
    need npm command -v npm
    need chromium command -v chromium
    need postgresql has_postgresql
    for font in dejavu/DejaVuSerif:dejavu-core lohit-devanagari/Lohit-Devanagari:lohit-deva \
        lohit-bengali/Lohit-Bengali:lohit-beng-bengali lohit-tamil/Lohit-Tamil:lohit-taml \
        tlwg/Loma:tlwg-loma-ttf wqy/wqy-microhei:wqy-microhei; do
        need "fonts-${font#*:}" has_font "${font%:*}"
    done
fi
if [ "${1:-}" = bench ]; then
    need postgresql has_postgresql
    need redis-server command -v redis-server
fi

[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "setup: installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update
    # shellcheck disable=SC2086  # a list of words
    apt-get -qq install -y --no-install-recommends $missing >/dev/null
else
    echo "setup: not installed:$missing"
    echo "       Some tests fail without them, and without tesseract-ocr that engine is missing."
    echo "       On Debian or Ubuntu:"
    echo "       sudo apt-get install$missing"
fi
