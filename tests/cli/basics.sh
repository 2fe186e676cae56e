#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/expect.sh"
expect 0 '^tidemark [0-9]' "$tidemark" --version
expect 0 '  compare  ' "$tidemark" --help
for command in run compare figures litmus race strategies explore engines merge export emit-c report bench; do
  expect 0 '^usage: tidemark '"$command" "$tidemark" "$command" --help
done
expect 0 '"kind":	"planted"' "$tidemark" strategies --json
expect 0 'guard .*candidate' "$tidemark" strategies
expect 0 'Memory order' "$tidemark" strategies guard
expect 0 'verified' "$tidemark" run "$build/workloads/sort.wasm" 2 1000
expect 0 'struct tm_push_view view' "$tidemark" emit-c --strategy push "$build/workloads/ring.wasm"
expect 0 'struct tm_push_view \*views\[1\];' "$tidemark" emit-c --strategy push --layout table \
  "$build/workloads/ring.wasm"
expect 0 'verified' "$tidemark" run --layout side+call "$build/workloads/sort.wasm" 2 1000
expect 0 'guard / bare mprotect  [0-9.]+  \[' "$tidemark" figures --only grow
expect 0 '"precommit_ns":' "$tidemark" figures --only grow --json -
finish
