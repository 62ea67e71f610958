#!/usr/bin/env bash
# What is too slow for every change: the whole suite with the linters of examples/pipelines, the vendor's SDKs, each
# header alone, kill -9 at every write of 60 actions, the fuzzers, clang-tidy.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
.ci/install --full
.ci/run
ctest --preset release -C full -L headers
ctest --preset release -L sdk
ctest --preset release -C full -L kill
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
ctest --preset fuzz
cmake --preset tidy >/dev/null
cmake --build --preset tidy
