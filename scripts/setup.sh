# Sourced by scripts/test, demo and bench: go to the project's root and put its .venv first in PATH, with the locked
# dependencies and the project in it; made when missing, brought up to date when the lock changes.

cd -- "$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

set_up() {
    local stamp python
    stamp=$({ pwd; cat requirements.lock pyproject.toml; } | sha256sum)
    if new_enough .venv/bin/python && [[ $(cat .venv/stamp 2>/dev/null) == "$stamp" ]]; then
        return
    fi
    echo "Setting up .venv from requirements.lock, half a minute" >&2
    if ! new_enough .venv/bin/python; then
        for python in python3.11 python3 python3.12 python3.13 python3.14 ""; do
            if new_enough "$python"; then break; fi
        done
        if [[ -z $python ]]; then
            echo "Python 3.11 or newer is needed; install it and run this again" >&2
            return 1
        fi
        "$python" -m venv --clear .venv
    fi
    .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-build-isolation --no-deps -e .
    echo "$stamp" >.venv/stamp
}

set_up
export PATH="$PWD/.venv/bin:$PATH"
