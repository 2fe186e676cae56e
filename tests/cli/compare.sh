#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/expect.sh"
expect 0 '^  nocheck \(A/A\)' "$tidemark" compare --quick --blocks 2 --workloads sort,ring \
  --strategies guard,push
expect 0 '"same_output":	true' "$tidemark" compare --quick --blocks 1 --workloads sort \
  --strategies guard --json -
# A guest whose output depends on time: the difference is found and named.
expect 1 'differs from that under nocheck' "$tidemark" compare --blocks 2 --strategies guard \
  "$build/workloads/sort.wasm" 1 1000 --time
expect 2 'cannot read' "$tidemark" compare "$work/absent.wasm"
finish
