# Copyright 2026 The Pinduoduo connector authors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# Sourced by setup/demo, setup/test, setup/bench, setup/shell and setup/lint with $command set:
# find a Python to run the set-up with, or say what is missing. Nothing else is sh.

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)

find_python() {
    for python in python3 python3.13 python3.12 python3.11 python3.10; do
        if "$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' \
            2>/dev/null; then
            return 0
        fi
    done
    return 1
}

if ! find_python; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "No Python 3.10 to 3.13 here: installing python3 python3-venv" >&2
        { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install \
            --no-install-recommends python3 python3-venv; } >&2
    fi
    if ! find_python; then
        echo "Python 3.10 to 3.13 is needed." >&2
        echo "  What to do: as root, apt-get install python3 python3-venv" >&2
        exit 1
    fi
fi

PYTHONDONTWRITEBYTECODE=1 exec "$python" "$here/run.py" "$command" "$@"
