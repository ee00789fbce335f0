#!/usr/bin/env bash
# Third parties against modosu: boto3 against the drill, modosu against ministack. Everything listens on loopback.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
venvs=${CARGO_TARGET_DIR:-$root/target}/conformance

# An environment is made once for each state of its requirements.
venv() {
  local name=$1 requirements=$2 stamp
  stamp=$(cksum <"$requirements")
  if [ "$(cat "$venvs/$name/.made-from" 2>/dev/null || true)" != "$stamp" ]; then
    rm -rf "${venvs:?}/$name"
    python3 -m venv "$venvs/$name"
    "$venvs/$name/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
    printf '%s\n' "$stamp" >"$venvs/$name/.made-from"
  fi
}

mkdir -p "$venvs"
venv client "$here/requirements.txt"
venv ministack "$here/requirements-ministack.txt"

cd "$root"
cargo build --locked --quiet
export MODOSU_BINARY=${CARGO_TARGET_DIR:-$root/target}/debug/modosu
export MINISTACK_BINARY=$venvs/ministack/bin/ministack
export PYTHONDONTWRITEBYTECODE=1

cd "$here"
"$venvs/client/bin/python" -m unittest --verbose test_drill test_ministack
