#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fail each call of the C library in turn while a guest with threads is translated, cached and run:
#     sweep.sh TIDEMARK SHIM threads.wasm WORKFOLDER
# After each failure: no signal ended the program; it did what the guest does, or exited 2 (or 134,
# the guest's trap) with a sentence; and the same command without the failure then works from the
# same cache. The guest's mode j adds up to 4 in four threads; mode g grows to 32 pages in four.
set -u
tidemark=$1 shim=$2 guest=$3 work=$4
rm -rf "$work"; mkdir -p "$work"
export TIDEMARK_FAILED=$work/failed
bad=0 total=0
# A cold start compiles; what does not depend on it runs on a warm cache, which is quicker.
cold='rename fsync mkdtemp posix_spawn fopen fclose fwrite'
warm='mmap mprotect pthread_create write malloc calloc realloc aligned_alloc userfaultfd'

run() { # CACHE
  TIDEMARK_CACHE=$1 timeout -s KILL 60 "$tidemark" run --strategy "$strategy" "$guest" "$mode" \
    >"$work/out" 2>"$work/err" </dev/null
}

complain() {
  echo "call $2 of $1, $strategy, mode $mode: $3: $(head -c 200 "$work/err" | tr '\n' ' ')"
  bad=$((bad + 1))
}

# A grow may fail and the guest go on: any number of pages it had is right.
right() { [ "$1" = "$2" ] || { [ "$mode" = g ] && [ "$1" -ge 2 ] && [ "$1" -le "$2" ]; }; }

check() { # FUNCTION N CACHE; false when there were fewer calls
  rm -f "$TIDEMARK_FAILED"
  TIDEMARK_FAIL=$1:$2 LD_PRELOAD=$shim run "$3"
  local status=$?
  [ -e "$TIDEMARK_FAILED" ] || return 1
  total=$((total + 1))
  case $status in
  134) grep -q '^tidemark: trap' "$work/err" || complain "$1" "$2" "aborted" ;;
  2) [ -s "$work/err" ] || right $status "$expected" || complain "$1" "$2" "nothing was said" ;;
  *) right $status "$expected" || complain "$1" "$2" "status $status" ;;
  esac
  run "$3"
  [ $? = "$expected" ] || complain "$1" "$2" "afterwards it does not run"
}

for strategy in guard uffd pushrcu; do
  for mode in j g; do
    run "$work/warm"
    expected=$?
    [ $expected = 4 ] || [ $expected = 32 ] || { cat "$work/err"; exit 1; }
    for function in $warm; do
      for ((n = 1; n < 10000; n += 1 + n / 10)); do check "$function" "$n" "$work/warm" || break; done
    done
  done
done
strategy=guard mode=j expected=4
for function in $cold; do
  for ((n = 1; n < 10000; n += 1 + n / 10)); do
    rm -rf "$work/cold"
    check "$function" "$n" "$work/cold" || break
    for left in "$work"/cold/work.*; do
      [ -e "$left" ] && complain "$function" "$n" "a working folder is left"
    done
  done
done
echo "$total failures injected, $bad badly taken"
[ "$total" -gt 50 ] && [ "$bad" = 0 ]
