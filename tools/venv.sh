#!/bin/sh
# Make the virtual environment $1 with the first suitable Python: $PYTHON, python3, or newer.
set -eu
venv=$1

suitable() {
    # A name on PATH may be a shim that cannot run, and Debian ships Pythons without venv.
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if suitable "$python"; then
        echo "Creating $venv with $("$python" -c 'import sys; print(sys.executable, sys.version.split()[0])')" >&2
        rm -rf "$venv"
        if command -v uv >/dev/null 2>&1; then
            exec uv venv --quiet --python "$(command -v "$python")" "$venv"
        fi
        exec "$python" -m venv "$venv"
    fi
done

echo "gluepy needs Python 3.11 or newer with the venv module; tried: ${PYTHON:-python3, python3.14 to python3.11}." >&2
echo "Install one (Debian: apt-get install python3 python3-venv), or say where it is: make PYTHON=/path/to/python3" >&2
exit 1
