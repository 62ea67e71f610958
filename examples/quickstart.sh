#!/usr/bin/env bash
# From a bare Debian 12 to a reconciled project: installs what is needed, builds descopectl, and runs its main job on
# the emulator that is part of the program. Needs no Descope account. Run it as often as you like.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
# Shows a command, then runs it. What differs is told by the exit status, which `expect` checks.
show() {
  local word line='$'
  for word; do
    [[ $word == *[\ \*]* ]] && word="'$word'"  # as one would type it
    line+=" $word"
  done
  printf '%s\n' "$line"
  "$@"
}
expect() {
  local wanted=$1 got=0
  shift
  show "$@" || got=$?
  [[ $got == "$wanted" ]] || { echo "quickstart: expected exit status $wanted and got $got" >&2; exit 1; }
  [[ $wanted == 0 ]] || echo "(exit status $got)"
}
[[ -t 1 ]] || say() { printf '\n# %s\n' "$*"; }

.ci/install
log=$(mktemp)
trap 'rm -rf "$log" "${work:-}"' EXIT
echo "Building build/release/descopectl (the first time takes some minutes) ..."
if ! { cmake --preset release && cmake --build --preset release --target descopectl; } >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  echo "quickstart: the build failed" >&2
  exit 1
fi
export PATH="$PWD/build/release:$PATH"

# A repository of one's own: a copy of the example, with the secrets that it names.
work=$(mktemp -d)
cp -r examples/crm-and-calendar/. "$work"
cd "$work"
export GOOGLE_CLIENT_SECRET=not-a-real-secret-1234567890 HUBSPOT_CLIENT_SECRET=not-a-real-secret-0987654321

say "What is in the repository"
show find descope -name '*.yaml'

say "Check the manifests, offline"
expect 0 descopectl validate

say "What would apply do? --sandbox aims at the emulator inside the program instead of a real project"
expect 0 descopectl plan --sandbox --summary

say "Do it"
expect 0 descopectl apply --sandbox --auto-approve

say "Do it again: nothing is left to do"
expect 0 descopectl plan --sandbox --detailed-exitcode

say "Somebody changes the project behind our back (here: an editor on the sandbox's data)"
show sed -i 's/List and view contacts/List, view and export contacts/' .descopectl/sandbox.json

say "Cron finds it"
expect 2 descopectl drift --sandbox

say "And apply heals it"
expect 0 descopectl apply --sandbox --auto-approve
expect 0 descopectl drift --sandbox

say "Done. The program is build/release/descopectl; next: README.md"
