#!/usr/bin/env bash
# Builds the release binary and prints the benchmarks' figures beside their bounds. It decides nothing.
#
#   tests/bench/run.sh                     everything
#   tests/bench/run.sh --only validate     one part; --runs N for another number of runs than 5
#   tests/bench/run.sh --markdown          as a table for the README
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
.ci/install
cmake --preset release >/dev/null
cmake --build --preset release --target descopectl bench_parse bench_emulator bench_measure
python3 tests/bench/bench.py build/release/descopectl build/release/tests/bench/bench_parse \
  build/release/tests/unit/emulator/bench_emulator build/release/tests/bench/bench_measure "$@"
