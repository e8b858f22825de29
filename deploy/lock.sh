#!/usr/bin/env bash
# Writes the lock files anew: every package by version and hash, and no address of any index.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

compile() { # file, further arguments...
    local file=$1
    shift
    {
        printf '# Every package by version and hash; written by: make lock\n'
        .venv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
            --no-emit-index-url --no-header --no-annotate "$@"
    } >"$file.new"
    mv "$file.new" "$file"
}

compile requirements.lock --extra embedded --extra dev
compile requirements-runtime.lock
