#!/usr/bin/env bash
# Sets up a checkout: virtual environment, locked packages, RabbitMQ from Debian's packages, and the web client. With the
# argument `tests` also the browser of the tests. Quick when nothing is to do.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly VENV=.venv
readonly STAMP="$VENV/.switchboard-setup"

say() { printf '%s\n' "$*" >&2; }
fail() { say "setup: $*"; exit 1; }
is_root() { [ "$(id -u)" -eq 0 ]; }

apt_updated=
# The policy keeps Debian from starting services at install: Switchboard runs its own under its state directory.
apt_install() {
    if [ -z "$apt_updated" ]; then
        apt-get update -q >&2
        apt_updated=yes
    fi
    local policy=/usr/sbin/policy-rc.d own_policy=
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
        own_policy=yes
    fi
    local status=0
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" >&2 || status=$?
    if [ -n "$own_policy" ]; then rm -f "$policy"; fi
    return "$status"
}

need_packages() { # why, packages...
    local why=$1
    shift
    if is_root && command -v apt-get >/dev/null; then
        say "setup: installing $* ($why)"
        apt_install "$@" || fail "apt-get could not install $*"
    else
        fail "$why; run: sudo apt-get install $*"
    fi
}

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return 0
        fi
    done
    return 1
}

make_venv() {
    if [ -x "$VENV/bin/python" ] && "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then return; fi
    find_python >/dev/null || need_packages "Python 3.11 or later is missing" python3 python3-venv
    local python
    python=$(find_python) || fail "Python 3.11 or later is missing; install it, or name it: make setup PYTHON=/path/to/python"
    "$python" -c 'import venv, ensurepip' 2>/dev/null || need_packages "Python's venv module is missing" python3-venv
    "$python" -m venv --clear "$VENV"
}

install_packages() {
    local wanted
    wanted=$(cat requirements.lock pyproject.toml deploy/setup.sh | sha256sum)
    if [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$wanted" ]; then return; fi
    say "setup: installing the locked packages"
    "$VENV/bin/python" -m pip install --quiet --quiet --require-hashes --no-deps -r requirements.lock
    "$VENV/bin/python" -m pip install --quiet --quiet --no-build-isolation --no-deps -e .
    printf '%s\n' "$wanted" >"$STAMP"
}

install_rabbitmq() {
    if [ -n "${AMQP_URL:-}" ] || [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || command -v rabbitmq-server >/dev/null; then
        return
    fi
    need_packages "RabbitMQ is missing and AMQP_URL names none" rabbitmq-server
}

# The mongod in the wheel is built against libraries that a minimal system lacks.
install_mongod_libraries() {
    if [ -n "${MONGO_URL:-}" ] || command -v mongod >/dev/null; then return; fi
    local mongod
    mongod=$("$VENV/bin/python" -c 'from runtime.embedded.programs import find_mongod; print(find_mongod())') ||
        fail "no mongod for this machine; install MongoDB, or set MONGO_URL to a running replica set"
    if ldd "$mongod" | grep -q 'not found'; then
        need_packages "libraries of MongoDB are missing" libcurl4 libssl3
    fi
}

# Everything but the pages works without them, so a machine that cannot build them is told, and no more.
build_web() {
    bash deploy/web.sh build || say "setup: the web client was not built: the console serves its API only"
}

install_browser() {
    local browser
    for browser in chromium chromium-browser google-chrome; do
        if command -v "$browser" >/dev/null; then return; fi
    done
    need_packages "Chromium is missing, which the browser tests drive" chromium fonts-noto-color-emoji
}

make_venv
install_packages
install_rabbitmq
install_mongod_libraries
build_web
if [ "${1:-}" = tests ]; then install_browser; fi
