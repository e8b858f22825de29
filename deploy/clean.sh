#!/usr/bin/env bash
# Removes what set-up and running made; refuses while a stack runs over .switchboard.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -x .venv/bin/python ] && [ -e .switchboard/stack.json ]; then
    .venv/bin/python - <<'PYTHON'
import sys
from pathlib import Path

from runtime.embedded.stack_file import running_stack

if running_stack(Path(".switchboard")):
    sys.exit("clean: Switchboard runs over .switchboard; stop it first (Ctrl-C, or SIGTERM to the pid in stack.json)")
PYTHON
fi
rm -rf .venv .switchboard console/web/node_modules console/web/dist
