#!/usr/bin/env bash
# Make .venv with a Python 3.12 that really runs, and install what is locked for a purpose.
#
#   tools/bootstrap.sh demo    what rehearsing and the dashboard need
#   tools/bootstrap.sh dev     that, and what testing needs
#
# What is already there is left alone; a second run does nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
unset PYTHONDONTWRITEBYTECODE PYTHONHOME VIRTUAL_ENV
export PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1
# The machine's own certificates, as pip has them: a proxy's are there and nowhere else.
export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-true}

VENV=.venv
PYTHON=$VENV/bin/python
UV=$VENV/bin/uv
PRIVATE_UV=.uv

say() { printf '%s\n' "bootstrap: $*" >&2; }

runs_312() {
  "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, 12))' 2>/dev/null
}

installed_python() {
  local candidate
  for candidate in ${MOOT_PYTHON:+"$MOOT_PYTHON"} python3.12 python3 python \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12*/bin/python; do
    if runs_312 "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  return 1
}

any_uv() {
  command -v uv && return
  [ -x "$PRIVATE_UV/bin/uv" ] && echo "$PRIVATE_UV/bin/uv" && return
  say "no uv on PATH: installing it into $PRIVATE_UV with pip"
  python3 -m pip install --quiet --target "$PRIVATE_UV" --require-hashes \
    -r requirements/installer.lock >&2 || return 1
  printf '%s\n' "$PRIVATE_UV/bin/uv"
}

downloaded_python() {
  local uv
  uv=$(any_uv) || return 1
  say "no Python 3.12 here: asking uv for one"
  "$uv" python install 3.12 >&2 || return 1
  "$uv" python find 3.12
}

make_venv() {
  if [ -x "$PYTHON" ] && runs_312 "$PYTHON"; then return; fi
  local python
  if ! python=$(installed_python) && ! python=$(downloaded_python); then
    say "error: moot needs Python 3.12 and could neither find one that runs nor download it."
    say "Install it (apt install python3.12-venv, brew install python@3.12, pyenv install 3.12"
    say "or python.org), then try again; MOOT_PYTHON=/path/to/python3.12 points to one elsewhere."
    exit 1
  fi
  say "creating $VENV with $("$python" --version)"
  "$python" -m venv --clear "$VENV"
}

install_uv() {
  "$PYTHON" -m pip install --quiet --require-hashes \
    -r requirements/installer.lock || say "uv cannot be had here: using pip, which takes longer"
}

install_locked() {
  local lock=$1
  if [ -x "$UV" ]; then
    "$UV" pip install --quiet --python "$PYTHON" --compile-bytecode --require-hashes \
      -r "$lock" && return
    say "uv could not install: trying pip, which takes longer"
  fi
  "$PYTHON" -m pip install --require-hashes -r "$lock"
}

install_moot() {
  if [ -x "$UV" ]; then
    "$UV" pip install --quiet --python "$PYTHON" --no-deps \
      --build-constraints requirements/build.lock -e . && return
  fi
  "$PYTHON" -m pip install --quiet --no-deps -e .
}

key() { cat requirements/{"$1",installer,build}.lock pyproject.toml | cksum; }

is_done() { [ "$(cat "$VENV/.moot-$1" 2>/dev/null)" = "$(key "$1")" ]; }

main() {
  local purpose=${1:-}
  case $purpose in demo | dev) ;; *) say "usage: tools/bootstrap.sh demo|dev" && exit 2 ;; esac
  make_venv
  # Everything the demo needs is in dev too, so the demo never takes away from it.
  if is_done "$purpose" || { [ "$purpose" = demo ] && is_done dev; }; then return; fi
  say "installing requirements/$purpose.lock into $VENV (a minute or two, the first time)"
  install_uv
  install_locked "requirements/$purpose.lock"
  install_moot
  key "$purpose" >"$VENV/.moot-$purpose"
}

main "$@"
