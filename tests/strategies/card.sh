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
if "$tidemark" strategies nosuch 2>/dev/null; then exit 1; fi
if "$tidemark" strategies guard extra 2>/dev/null; then exit 1; fi
