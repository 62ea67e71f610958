#!/usr/bin/env bash
# Runs one of the vendor's SDKs against the emulator.
#
#   tests/sdk/run.sh node|python PROGRAM FOLDER
#
# The SDK is installed into FOLDER, pinned, and nowhere else. Exits with 77 (skipped) where node or Python is too old
# or the registry can't be reached.
set -euo pipefail
language=$1
export DESCOPECTL_BINARY=$2
folder=$3/$language
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/$language
mkdir -p "$folder"

skip() {
  echo "skipped: $1" >&2
  exit 77
}

# Installed already, from the same pins?
is_current() { cmp -s "$source/$1" "$folder/installed"; }

install_node() {
  cp "$source/package.json" "$source/package-lock.json" "$folder"
  local log=$folder/install.log
  (cd "$folder" && npm ci --no-audit --no-fund --ignore-scripts --cache "$folder/cache") >"$log" 2>&1 || {
    npm view @descope/node-sdk version --cache "$folder/cache" >/dev/null 2>&1 || skip "npm's registry can't be reached"
    cat "$log" >&2
    exit 1
  }
}

install_python() {
  local log=$folder/install.log
  python3 -m venv "$folder/venv" >"$log" 2>&1 || skip "python3 has no venv"
  "$folder/venv/bin/pip" install --no-cache-dir -r "$source/requirements.txt" >"$log" 2>&1 || {
    "$folder/venv/bin/pip" download --no-cache-dir --no-deps -d "$folder/probe" idna >/dev/null 2>&1 ||
      skip "PyPI can't be reached"
    cat "$log" >&2
    exit 1
  }
}

case $language in
  node)
    command -v npm >/dev/null || skip "there is no npm"
    [[ $(node --version) =~ ^v([0-9]+) && ${BASH_REMATCH[1]} -ge 20 ]] || skip "node is older than 20"
    is_current package-lock.json || { install_node && cp "$source/package-lock.json" "$folder/installed"; }
    cp "$source/contract.mjs" "$folder"
    exec node --test "$folder/contract.mjs"
    ;;
  python)
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' || skip "python3 is older than 3.9"
    is_current requirements.txt || { install_python && cp "$source/requirements.txt" "$folder/installed"; }
    exec "$folder/venv/bin/python" "$source/contract.py"
    ;;
  *)
    echo "usage: run.sh node|python PROGRAM FOLDER" >&2
    exit 2
    ;;
esac
