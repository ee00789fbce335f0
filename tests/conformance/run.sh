#!/usr/bin/env bash
# Third parties against modosu: boto3, the aws command line and ecs-deploy against the drill, modosu against ministack and moto.
# The real Prisma CLI and a real PostgreSQL tell what modosu makes of them. Everything listens on loopback. Arguments name tests (`test_models.Wires`); without any, all of them run.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
venvs=${CARGO_TARGET_DIR:-$root/target}/conformance

# An environment is made once for each state of its requirements. What pip thinks beside them stays out: --no-deps.
venv() {
  local name=$1 requirements=$2 stamp
  stamp=$(cksum <"$requirements")
  if [ "$(cat "$venvs/$name/.made-from" 2>/dev/null || true)" != "$stamp" ]; then
    rm -rf "${venvs:?}/$name"
    python3 -m venv "$venvs/$name"
    "$venvs/$name/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$requirements"
    "$venvs/$name/bin/pip" check --quiet
    printf '%s\n' "$stamp" >"$venvs/$name/.made-from"
  fi
}

# The packages of node, made once for each state of their lock. No script of a package is run.
packages() {
  local folder=$venvs/prisma stamp
  command -v npm >/dev/null || { echo 'there is no npm: install nodejs and npm' >&2; exit 1; }
  stamp=$(cksum <"$here/prisma/package-lock.json")
  if [ "$(cat "$folder/.made-from" 2>/dev/null || true)" != "$stamp" ]; then
    rm -rf "${folder:?}"
    mkdir -p "$folder"
    cp "$here/prisma/package.json" "$here/prisma/package-lock.json" "$folder"
    npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
    printf '%s\n' "$stamp" >"$folder/.made-from"
  fi
}

mkdir -p "$venvs"
packages
venv client "$here/requirements.txt"
venv ecs-deploy "$here/requirements-ecs-deploy.txt"
venv ministack "$here/requirements-ministack.txt"
venv moto "$here/requirements-moto.txt"

cd "$root"
cargo build --locked --quiet
export MODOSU_BINARY=${CARGO_TARGET_DIR:-$root/target}/debug/modosu
export AWS_BINARY=$venvs/client/bin/aws
export ECS_DEPLOY_BINARY=$venvs/ecs-deploy/bin/ecs
export MINISTACK_BINARY=$venvs/ministack/bin/ministack
export MOTO_BINARY=$venvs/moto/bin/moto_server
export PRISMA_PACKAGES=$venvs/prisma
export PYTHONDONTWRITEBYTECODE=1

cd "$here"
if [ $# -eq 0 ]; then
  set -- test_shapes test_models test_runbook test_database test_drill test_ecs_deploy test_table test_ministack test_restore test_prisma test_workflow
fi
"$venvs/client/bin/python" -m unittest --verbose "$@"
