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
expect 0 '^  table\+call ' "$tidemark" compare --quick --blocks 2 --workloads sort,ring \
  --layouts union,table+call
expect 0 '^  inline \(A/A\)' "$tidemark" compare --quick --owned --blocks 1 --workloads sort \
  --strategies atomicptr --layouts side
expect 0 '"layout":	"side"' "$tidemark" compare --quick --blocks 1 --workloads sort --layout side \
  --strategies guard --json -
expect 2 'under one strategy, not 2' "$tidemark" compare --strategies guard,push --layouts side
expect 2 "unknown layout 'sid'" "$tidemark" compare --layouts table,sid
expect 0 '^guard, owned memory, leaf-load' "$tidemark" bench --layouts --strategies guard --blocks 2 \
  --samples 2 -o "$work/layouts.db"
expect 2 "unknown layout 'none'" "$tidemark" bench --layout none -o "$work/layouts.db"
finish
