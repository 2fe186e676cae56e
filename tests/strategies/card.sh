#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A strategy has a card: its claim, its anomalies and its hot half. usage: card.sh TIDEMARK
set -eu
tidemark=$1
for name in nocheck guard slowpath lazytrap casgrow rcuqsbr uffd hoisted; do
  card=$("$tidemark" strategies "$name")
  for part in "^$name (" '^Anomalies' '^Hot half in C' "tm_${name}_at"; do
    if ! printf '%s\n' "$card" | grep -q "$part"; then
      echo "the card of $name lacks $part" >&2
      exit 1
    fi
  done
done
"$tidemark" strategies --json guard | grep -q '"claim"'
# The costs are those of the newest results file; without one it says so.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$tidemark" strategies push | grep -q '^Costs: no results file here'
"$tidemark" bench --strategies push --blocks 1 --samples 2 --grows 4 --instances 1 --readers 0 >/dev/null
"$tidemark" strategies push | grep -q '^Costs, medians of the newest run of this strategy in tidemark.db'
"$tidemark" strategies push | grep -q 'op=load-sequential .* ns '
if "$tidemark" strategies nosuch 2>/dev/null; then exit 1; fi
if "$tidemark" strategies guard extra 2>/dev/null; then exit 1; fi
