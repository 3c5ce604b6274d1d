#!/bin/sh
# Compile the lock files: hashes, every platform, and no registry address in them.
set -eu
cd "$(dirname "$0")/.."
lock() { # output file, then the extras
    out=$1; shift
    uv pip compile pyproject.toml "$@" --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header --no-emit-package advocate-desk --quiet -o "requirements/$out"
}
lock production.txt
lock traces.txt --extra traces -c requirements/production.txt
lock local.txt --extra local -c requirements/production.txt
lock test.txt --extra test -c requirements/local.txt -c requirements/traces.txt
