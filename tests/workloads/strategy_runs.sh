#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# strategy_runs.sh TIDEMARK FOLDER STRATEGY [LAYOUT]: every built-in workload, at the size for tests,
# prints under this strategy on 1, 2 and 4 threads what its native build prints; with a layout, on 2
# threads, and with a memory of its own. Exit 0 yes, 1 no, 77 this system does not offer what the
# strategy needs.
set -u
tidemark=$1 folder=$2 strategy=$3 layout=${4-inline}
list=$(dirname "$0")/../../bench/workloads/workloads.def
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

said=$("$tidemark" run --strategy "$strategy" "$folder/ring.wasm" 1 1 2>&1 >/dev/null)
case $said in *" needs "*) echo "SKIP $said" && exit 77 ;; esac

check() {
  name=$1 size=$2 build=$3
  expected=$("$folder/$name.native" 1 "$size")
  for threads in $4; do
    printed=$("$tidemark" run --strategy "$strategy" --layout "$layout" "$folder/$name.$build" \
      "$threads" "$size")
    status=$?
    if [ "$status" -ne 0 ] || [ "$printed" != "$expected" ]; then
      echo "FAIL $name.$build on $threads threads: status $status, \"$printed\", not \"$expected\""
      failed=1
    fi
  done
}

sed -n 's/^TM_WORKLOAD(\([a-z]*\), [0-9]*, \([0-9]*\), \([01]\),.*/\1 \2 \3/p' "$list" >"$work/list"
[ -s "$work/list" ] || { echo "FAIL no workload found in $list"; exit 1; }
while read -r name size simd; do
  if [ $# -gt 3 ]; then
    check "$name" "$size" wasm 2
    check "$name" "$size" single.wasm 1
    continue
  fi
  check "$name" "$size" wasm "1 2 4"
  # Vectors go through the same accesses; one workload tells.
  [ "$simd" = 0 ] || [ "$name" != matmul ] || check "$name" "$size" simd.wasm "1 2 4"
done <"$work/list"
exit $failed
