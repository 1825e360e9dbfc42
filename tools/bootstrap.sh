#!/usr/bin/env bash
# Make .venv with a Python 3.12 that really runs, and install what is locked for a purpose.
#
#   tools/bootstrap.sh demo    what rehearsing and the dashboard need
#   tools/bootstrap.sh dev     that, and what testing needs
#
# What is already there is left alone; a second run does nothing. A checkout that was moved or copied
# gets a new .venv, because the old one's programs begin with the path they were made for.
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

# Said before anything is downloaded, for nothing here works without the embedded chain.
refuse_what_cannot_work() {
  case $(uname -s)-$(uname -m) in Linux-aarch64 | Linux-arm64) ;; *) return 0 ;; esac
  say "error: moot's embedded chain (pyrevm) has no package for Linux on ARM."
  say "Run it in an x86-64 container (docker run --platform linux/amd64 -it python:3.12, with"
  say "emulation where the machine has none), or use an x86-64 Linux, macOS or Windows machine."
  exit 1
}

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
  local known
  for known in uv "$HOME/.local/bin/uv" "$PRIVATE_UV/bin/uv"; do
    command -v "$known" && return
  done
  if ! python3 -m pip --version >/dev/null 2>&1; then
    say "no uv here, and no pip for python3 to install it with"
    return 1
  fi
  say "no uv on PATH: installing it into $PRIVATE_UV with pip"
  python3 -m pip install --quiet --target "$PRIVATE_UV" --require-hashes \
    -r requirements/installer.lock >&2 || return 1
  printf '%s\n' "$PRIVATE_UV/bin/uv"
}

downloaded_python() {
  local uv
  say "no Python 3.12 that can make a .venv here: looking for uv to download one"
  uv=$(any_uv) || return 1
  "$uv" python install 3.12 >&2 || return 1
  "$uv" python find 3.12
}

advise_on_python() {
  say "error: moot needs Python 3.12 and could neither find one that runs nor download it."
  if command -v python3.12 >/dev/null && python3.12 --version >/dev/null 2>&1; then
    say "There is a python3.12, but it lacks venv: on Ubuntu, apt install python3.12-venv"
  fi
  say "Get one of these, then try again:"
  say "  uv, which then fetches Python:  curl -LsSf https://astral.sh/uv/install.sh | sh"
  say "  Python by pyenv:                pyenv install 3.12"
  say "  Python on macOS:                brew install python@3.12, or python.org"
  say "  Python on Ubuntu 24.04:         apt install python3.12-venv (Debian 12 and 13 have no 3.12)"
  say "MOOT_PYTHON=/path/to/python3.12 points to one elsewhere."
}

# Whether $VENV was made here: the path it names is this very folder, by any name.
is_at_home() {
  local home
  home=$(set +eu; . "$VENV/bin/activate" >/dev/null 2>&1; printf '%s' "${VIRTUAL_ENV:-}")
  [ "$home" -ef "$VENV" ]
}

make_venv() {
  if [ -x "$PYTHON" ] && runs_312 "$PYTHON"; then
    is_at_home && return
    say "$VENV was made for another folder: making it anew"
  fi
  local python
  if ! python=$(installed_python) && ! python=$(downloaded_python); then
    advise_on_python
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

key() { { cat requirements/{"$1",installer,build}.lock pyproject.toml && pwd -P; } | cksum; }

is_done() { [ "$(cat "$VENV/.moot-$1" 2>/dev/null)" = "$(key "$1")" ]; }

main() {
  local purpose=${1:-}
  case $purpose in demo | dev) ;; *) say "usage: tools/bootstrap.sh demo|dev" && exit 2 ;; esac
  refuse_what_cannot_work
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
