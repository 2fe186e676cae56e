#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Wrong input: one sentence that names place and remedy, exit status 2, nothing left behind.
. "$(dirname "$0")/expect.sh"
export TIDEMARK_CACHE="$work/cache"
wasm=$build/workloads/sort.wasm
expect 2 'unknown command' "$tidemark" nonsense
expect 2 'usage: tidemark' "$tidemark"
for command in run compare figures litmus race strategies engines emit-c; do
  expect 2 'unknown option --nonsense' "$tidemark" "$command" --nonsense
done
expect 2 'unknown strategy' "$tidemark" run --strategy nonsense "$wasm"
expect 2 'unknown strategy' "$tidemark" compare --strategies guard,nonsense
expect 2 "unknown layout 'nonsense'; there are inline, union, table and side" \
  "$tidemark" run --layout nonsense "$wasm"
expect 2 "unknown layout 'table\+'" "$tidemark" emit-c --layout table+ "$wasm"
expect 2 'unknown workload' "$tidemark" compare --workloads nonsense
expect 2 'needs a value' "$tidemark" race --seconds
expect 2 '--blocks takes a number' "$tidemark" compare --blocks none
expect 2 "--only takes code, engines, .* not 'grow,nonsense'" "$tidemark" figures --only grow,nonsense
expect 2 'nonsense' "$tidemark" litmus --test nonsense
expect 2 'No such file' "$tidemark" run "$work/absent.wasm"
expect 2 'not a file|is a directory' "$tidemark" run "$work"
: >"$work/empty.wasm"
expect 2 'too short' "$tidemark" run "$work/empty.wasm"
head -c 3000 "$wasm" >"$work/cut.wasm"
expect 2 'cut.wasm' "$tidemark" run "$work/cut.wasm"
head -c 3000 /dev/urandom >"$work/random.wasm"
expect 2 'random.wasm' "$tidemark" run "$work/random.wasm"
expect 2 'random.wasm' "$tidemark" emit-c "$work/random.wasm"
expect 2 'correct TIDEMARK_CC' env TIDEMARK_CC=/nonsense/cc "$tidemark" run "$wasm" 1 10
# With a sanitizer the compiler is the one of the program, whatever PATH says.
! grep -q '^TIDEMARK_SANITIZE:STRING=$' "$build/CMakeCache.txt" ||
  expect 2 'no C compiler found' env -u TIDEMARK_CC PATH=/nonsense "$tidemark" run "$wasm" 1 10
expect 2 'cannot create the cache folder' env TIDEMARK_CACHE=/proc/nonsense "$tidemark" run "$wasm" 1 10
printf 'test broken "x"\nmemory 1\n' >"$work/broken.litmus"
expect 2 'broken.litmus:[0-9]+:[0-9]+: expected' "$tidemark" litmus --verdict "$work/broken.litmus"
if [ -n "$(find "$work/cache" -mindepth 1 2>/dev/null)" ]; then
  echo "FAILED: something was left in the cache:"
  find "$work/cache"
  failed=1
fi
finish
