#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A finding is made smaller: of a module that shows a fault planted in the translator,
# `differential --reduce` leaves a smaller one that still shows it, and agrees without it.
#     reduce.sh DIFFERENTIAL WORKFOLDER
set -u
differential=$1 work=$2
for tool in wasm-reduce node wat2wasm; do
  command -v $tool >/dev/null && continue
  echo "skipped: no $tool; install binaryen, nodejs and wabt"
  exit 77
done
rm -rf "$work"; mkdir -p "$work"
run=("$differential" --folder "$work" --python none --strategies guard --flags -O0)
plant='i32_rotl(a, b) ((b) > 31 ? (a) : ((a) << ((b) & 31) | (a) >> (-(b) & 31)))'
cat >"$work/module.wat" <<'WAT'
(module (memory (export "memory") 1)
  (func (export "other") (param i64) (result i64) (i64.mul (local.get 0) (i64.const 3)))
  (func (export "shows") (param i32) (result i32)
    (i32.store (i32.const 8) (local.get 0))
    (i32.add (i32.load (i32.const 8)) (i32.rotl (i32.const 5) (i32.const 37)))))
WAT
wat2wasm "$work/module.wat" -o "$work/module.wasm" || exit 1
before=$(stat -c %s "$work/module.wasm")
"${run[@]}" --plant "$plant" --reduce "$work/module.wasm" || { tail "$work/reduce.log"; exit 1; }
after=$(stat -c %s "$work/module.wasm.reduced")
echo "$before bytes became $after"
cp "$work/module.wasm.reduced" "$work/small.wasm"
[ "$after" -lt $((before * 2 / 3)) ] || exit 1
"${run[@]}" --plant "$plant" "$work/small.wasm" && { echo "it no longer shows the fault"; exit 1; }
"${run[@]}" "$work/small.wasm" || { echo "it does not agree without the fault"; exit 1; }
