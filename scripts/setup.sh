#!/bin/sh
# Builds .venv from uv.lock. Needs Python >= 3.11; uv is installed into .venv if it is not there.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
apt="env DEBIAN_FRONTEND=noninteractive apt-get -qq"

fail() {
    echo "setup: $1" >&2
    exit 1
}

can_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

command -v "$python" >/dev/null || fail "$python is missing. Install Python 3.11 or later, or set PYTHON."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old. Install Python 3.11 or later, or set PYTHON."

if [ ! -x .venv/bin/python ]; then
    # Debian ships the venv module without pip unless python3-venv is installed.
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        can_install || fail "this Python cannot make virtual environments. Install python3-venv."
        $apt update && $apt install -y --no-install-recommends python3-venv >/dev/null
    fi
    echo "setup: making .venv with $("$python" --version)"
    "$python" -m venv .venv
fi

[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv

echo "setup: installing what uv.lock names"
.venv/bin/uv sync --quiet --frozen --all-groups
