#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fail each call of the C library in turn while a guest with threads is translated, cached and run:
#     sweep.sh TIDEMARK SHIM threads.wasm small.db empty.db WORKFOLDER [STRATEGY…|all]
# After each failure: no signal ended the program; it did what the guest does, or exited 2 (or 134,
# the guest's trap) with a sentence; and the same command without the failure then works from the
# same cache. The guest's mode j adds up to 4 in four threads; mode g grows to 32 pages in four.
# Then the store: a merge and an export of small.db do all or say what failed, and lose no sample.
# Without strategies three of them, and of the later calls one in ten; with strategies every call of
# the system in turn, and one in ten of the later calls of malloc and its kind.
set -u
tidemark=$1 shim=$2 guest=$3 db=$4 empty=$5 work=$6
shift 6
if [ "$*" = all ]; then
  # shellcheck disable=SC2046 # a list of words
  set -- $("$tidemark" strategies --json | tr -d '\n\t' | grep -o '"name":"[a-z]*","kind":"candidate"' | cut -d'"' -f4)
fi
every=$#
[ $# -gt 0 ] || set -- guard uffd pushrcu
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

next() { # the call after N of FUNCTION
  case $every:$1 in
  0:* | *alloc) n=$((n + 1 + n / 10)) ;;
  *) n=$((n + 1)) ;;
  esac
}

for strategy in "$@"; do
  before=$total
  for mode in j g; do
    run "$work/warm"
    expected=$?
    [ $expected = 4 ] || [ $expected = 32 ] || { cat "$work/err"; exit 1; }
    for function in $warm; do
      for ((n = 1; n < 10000; )); do
        check "$function" "$n" "$work/warm" || break
        next "$function"
      done
    done
  done
  echo "$strategy: $((total - before)) failures injected, $bad badly taken so far"
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

# ---- the store ----------------------------------------------------------------------------------
strategy=store
store() { # COMMAND…: its status is kept
  timeout -s KILL 60 "$tidemark" "$@" >"$work/out" 2>"$work/err" </dev/null
}
good=$work/good.db
cp "$db" "$good"
store export --json "$good" && cp "$work/out" "$work/right"

# After a failed merge the target is as it was, and the same merge then works.
merge_check() { # FUNCTION N
  rm -f "$TIDEMARK_FAILED" "$work"/into.db*
  cp "$empty" "$work/into.db"
  TIDEMARK_FAIL=$1:$2 LD_PRELOAD=$shim store merge "$work/into.db" "$good"
  local status=$?
  [ -e "$TIDEMARK_FAILED" ] || return 1
  total=$((total + 1)) mode=merge
  [ $status = 0 ] || [ $status = 2 ] || complain "$1" "$2" "status $status"
  [ $status = 0 ] || [ -s "$work/err" ] || complain "$1" "$2" "nothing was said"
  store merge "$work/into.db" "$good" || complain "$1" "$2" "afterwards it cannot be merged"
  store export --json "$work/into.db"
  cmp -s "$work/out" "$work/right" || complain "$1" "$2" "samples are lost"
}

# An export is whole, or the exit status says that it is not.
export_check() { # FUNCTION N
  rm -f "$TIDEMARK_FAILED" "$work/file"
  TIDEMARK_FAIL=$1:$2 LD_PRELOAD=$shim store export --json -o "$work/file" "$good"
  local status=$?
  [ -e "$TIDEMARK_FAILED" ] || return 1
  total=$((total + 1)) mode=export
  case $status in
  0) cmp -s "$work/file" "$work/right" || complain "$1" "$2" "not whole, and status 0" ;;
  2) [ -s "$work/err" ] || complain "$1" "$2" "nothing was said" ;;
  *) complain "$1" "$2" "status $status" ;;
  esac
}

before=$total
for function in mmap write pwrite64 rename fsync fopen fclose fwrite malloc calloc realloc; do
  for each in merge_check export_check; do
    for ((n = 1; n < 10000; )); do
      $each "$function" "$n" || break
      next "$function"
    done
  done
done
echo "store: $((total - before)) failures injected, $bad badly taken so far"
echo "$total failures injected, $bad badly taken"
[ "$total" -gt 50 ] && [ "$bad" = 0 ]
