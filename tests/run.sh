#!/usr/bin/env bash
# Installs what is needed, builds, and runs every test but those of the vendor's SDKs, which need registries.
#
#   tests/run.sh                on the release build
#   tests/run.sh asan           on another preset (dev, asan)
#   tests/run.sh release -L e2e with further arguments for ctest
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=${1:-release}
shift || true

.ci/install
# Precompiled headers and ccache go together only so.
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
launcher=()
command -v ccache >/dev/null && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
cmake --preset "$preset" "${launcher[@]}" >/dev/null
cmake --build --preset "$preset"
ctest --preset "$preset" -LE sdk "$@"
