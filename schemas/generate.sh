#!/usr/bin/env bash
# Writes the JSON Schemas of this folder anew from a built program.
#
#   schemas/generate.sh [PROGRAM]    default: build/release/descopectl
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
program=${1:-../build/release/descopectl}
[[ $# == 0 || $1 == /* ]] || program=$OLDPWD/$1
for name in manifest overlay config plan apply drift diagnostics; do
  "$program" schema "$name" >"$name.schema.json.new"
  mv "$name.schema.json.new" "$name.schema.json"
done
