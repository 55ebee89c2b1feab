# Sourced by scripts/test, demo and bench: go to the project's root and put its .venv first in PATH, with the locked
# dependencies and the project in it; made when missing, brought up to date when the lock changes. Whoever sets `setup_venv`
# and `setup_lock` before gets another environment.

cd -- "$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

setup_venv=${setup_venv:-.venv}
setup_lock=${setup_lock:-requirements.lock}

set_up() {
    local stamp python
    stamp=$({ pwd; cat "$setup_lock" pyproject.toml; } | sha256sum)
    if new_enough "$setup_venv"/bin/python && [[ $(cat "$setup_venv"/stamp 2>/dev/null) == "$stamp" ]]; then
        return
    fi
    echo "Setting up $setup_venv from $setup_lock, half a minute or more" >&2
    if ! new_enough "$setup_venv"/bin/python; then
        for python in python3.11 python3 python3.12 python3.13 python3.14 ""; do
            if new_enough "$python"; then break; fi
        done
        if [[ -z $python ]]; then
            echo "Python 3.11 or newer is needed; install it and run this again" >&2
            return 1
        fi
        "$python" -m venv --clear "$setup_venv"
    fi
    "$setup_venv"/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r "$setup_lock"
    "$setup_venv"/bin/python -m pip install -qq --disable-pip-version-check --no-build-isolation --no-deps -e .
    echo "$stamp" >"$setup_venv"/stamp
}

set_up
export PATH="$PWD/$setup_venv/bin:$PATH"
