# Short words for developers. `just lint` is what .ci/run and a pre-commit hook run.

default:
    @just --list

# Format, then everything that reads code without running it
lint:
    .venv/bin/ruff format .
    .venv/bin/ruff check --fix .
    .venv/bin/mypy
    .venv/bin/lint-imports
    .venv/bin/python -m pytest -q tests/house

# All tests, on both engines
test *ARGS:
    ./awna test {{ARGS}}

# Only the pure rules: seconds, no database
core *ARGS:
    .venv/bin/python -m pytest -q tests/core {{ARGS}}

demo *ARGS:
    ./awna demo {{ARGS}}

# Write the lock files again from requirements/*.in (needs uv in .venv)
lock:
    .venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 requirements/build.in -o requirements/build.txt
    .venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 requirements/base.in -o requirements/base.txt
    .venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 requirements/test.in -o requirements/test.txt
    .venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 requirements/bench.in -o requirements/bench.txt
    .venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 requirements/peers.in -o requirements/peers.txt
    .venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 requirements/schedule.in -o requirements/schedule.txt

# Collect texts for translators (needs GNU gettext)
messages:
    cd src/awna && ../../.venv/bin/awna makemessages --all --no-location

# Everything as CI runs it
ci:
    bash .ci/run
