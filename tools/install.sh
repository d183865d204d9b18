#!/bin/sh
# Install gluepy, editable, with the extras $2 into the virtual environment $1.
set -eu
venv=$1
extras=$2
echo "Installing gluepy[$extras] into $venv" >&2

if command -v uv >/dev/null 2>&1; then
    uv pip install --quiet --compile-bytecode --python "$venv/bin/python" --editable ".[$extras]"
else
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-warn-script-location --use-pep517 \
        --editable ".[$extras]" </dev/null
fi

# Uncompiled packages import several times slower; a file that cannot be compiled is its owner's.
"$venv/bin/python" -m compileall -q -j 0 "$venv/lib" gluepy >/dev/null 2>&1 || true
