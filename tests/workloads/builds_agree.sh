#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# builds_agree.sh FOLDER NAME SIZE: every build of a workload prints the same verified line on 1, 2
# and 4 threads (the single build on one), and refuses a wrong command line. The wasm builds run in
# Node, an engine that has nothing of ours. Exit 0 yes, 1 no, 77 the native builds agree and there is no Node.
set -u
folder=$1 name=$2 size=$3
here=$(dirname "$0")
failed=0

fail() {
  echo "FAIL $name: $*"
  failed=1
}

# check BUILD THREADS COMMAND...: the command's output on each of these numbers of threads is
# $expected.
check() {
  build=$1 numbers=$2
  shift 2
  for threads in $numbers; do
    output=$("$@" "$threads" "$size")
    status=$?
    [ "$status" -eq 0 ] || fail "$build on $threads threads ended with status $status"
    [ "$output" = "$expected" ] || fail "$build on $threads threads: \"$output\", not \"$expected\""
  done
  "$@" 9 "$size" 2>/dev/null && fail "$build took 9 threads"
  "$@" 1 0 2>/dev/null && fail "$build took a size of 0"
  "$@" 1 2>/dev/null
  [ $? -eq 2 ] || fail "$build without a size did not end with status 2"
}

expected=$("$folder/$name.native" 1 "$size")
case $expected in
"$name size $size checksum "*" verified") ;;
*) fail "the native build printed \"$expected\"" ;;
esac
check native "1 2 4" "$folder/$name.native"
check native-novec "1 2 4" "$folder/$name.native-novec"

if command -v node >/dev/null; then
  check wasm "1 2 4" node "$here/node_wasi.js" "$folder/$name.wasm"
  single=$folder/$name.single.wasm
  check single.wasm 1 node "$here/node_wasi.js" "$single"
  node "$here/node_wasi.js" "$single" 2 "$size" 2>/dev/null
  [ $? -eq 1 ] || fail "single.wasm on 2 threads did not end with status 1"
  if [ -e "$folder/$name.simd.wasm" ]; then
    check simd.wasm "1 2 4" node "$here/node_wasi.js" "$folder/$name.simd.wasm"
  fi
elif [ "$failed" -eq 0 ]; then
  echo "SKIP $name: the native builds agree; there is no node to run the wasm builds"
  exit 77
fi
exit $failed
