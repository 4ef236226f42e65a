#!/bin/sh
# Makes the benchmark's own environment (once, and after a change of what it installs), then measures everything in one run.
set -e
cd "$(dirname "$0")/.."
STAMP=bench/.venv/.stamp
[ -x bench/.venv/bin/python ] || "${PYTHON:-python3}" -m venv bench/.venv
if [ ! -e "$STAMP" ] || [ requirements.txt -nt "$STAMP" ] || [ bench/requirements.txt -nt "$STAMP" ]; then
    if command -v uv >/dev/null 2>&1; then
        uv pip install --quiet --python bench/.venv/bin/python -r requirements.txt
        uv pip install --quiet --python bench/.venv/bin/python -r bench/requirements.txt
    else
        bench/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
        bench/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r bench/requirements.txt
    fi
    touch "$STAMP"
fi
bench/.venv/bin/python bench/queueing_speed.py
PYTHONPATH=. bench/.venv/bin/python bench/plan_speed.py
PYTHONPATH=. bench/.venv/bin/python bench/optimiser_speed.py
PYTHONPATH=. bench/.venv/bin/python -m bench.store_speed
