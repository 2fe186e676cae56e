#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fail each call of the C library in turn while a guest with threads is translated, cached and run:
#     sweep.sh TIDEMARK SHIM threads.wasm small.db empty.db WORKFOLDER [STRATEGY…|all]
# After each failure: no signal ended the program; it did what the guest does, or exited 2 (or 134,
# the guest's trap) with a sentence; and the same command without the failure then works from the
# same cache. The guest's mode j adds up to 4 in four threads; mode g grows to 32 pages in four.
# So too with a cold cache, from the translator to the finished entry; with every file limited to so
# many KiB, the compiler's too; and, where one can be mounted, on a disk that is full after so many.
# Then the store: a merge and an export of small.db do all or say what failed, and lose no sample.
# A report is drawn anew over an older one: each of its files is the new one or the old one, whole.
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
cold='rename fsync mkdtemp posix_spawn fopen fclose fwrite mmap pthread_create write malloc calloc realloc'
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

# ---- a cold cache -------------------------------------------------------------------------------
strategy=guard mode=j expected=4
export TIDEMARK_CFLAGS=-O0 # quicker
no_work() { # CACHE WHAT N
  for left in "$1"/work.*; do
    [ -e "$left" ] && complain "$2" "$3" "a working folder is left"
  done
}
sparse() { # the call after N of FUNCTION: a cold start costs a second
  case $every:$1 in
  0:*alloc) n=$((n * 3)) ;;
  0:*) n=$((n + 1 + n / 8)) ;;
  *) n=$((n + 1 + n / 10)) ;;
  esac
}
before=$total
for function in $cold; do
  for ((n = 1; n < 100000; )); do
    rm -rf "$work/cold"
    check "$function" "$n" "$work/cold" || break
    no_work "$work/cold" "$function" "$n"
    sparse "$function"
  done
done
echo "cold cache: $((total - before)) failures injected, $bad badly taken so far"

limited() { # HOW N CACHE: after a run that was short of room; its status is kept in $status
  total=$((total + 1))
  case $status in
  2) [ -s "$work/err" ] || complain "$1" "$2" "nothing was said" ;;
  *) right $status "$expected" || complain "$1" "$2" "status $status" ;;
  esac
  no_work "$3" "$1" "$2"
}
before=$total
for ((n = 1; n < 2048; n = n * (every ? 5 : 8) / 4 + 1)); do # what is said takes a file too
  rm -rf "$work/cold"
  (ulimit -f $n; run "$work/cold")
  status=$?
  limited "KiB in a file" $n "$work/cold"
  run "$work/cold"
  [ $? = "$expected" ] || complain "KiB in a file" $n "afterwards it does not run"
done
echo "limits of files: $((total - before)) tried, $bad badly taken so far"
before=$total
mkdir -p "$work/disk"
for ((n = 4; n < 1024; n = n * (every ? 5 : 8) / 4 + 4)); do
  mount -t tmpfs -o "size=${n}k" none "$work/disk" 2>/dev/null || break
  TMPDIR=$work/disk run "$work/disk/cold"
  status=$?
  limited "KiB on a disk" $n "$work/disk/cold"
  mount -o "remount,size=64m" "$work/disk" # somebody makes room
  run "$work/disk/cold"
  [ $? = "$expected" ] || complain "KiB on a disk" $n "afterwards it does not run"
  umount "$work/disk"
done
echo "full disks: $((total - before)) tried, $bad badly taken so far"
unset TIDEMARK_CFLAGS

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

# ---- the report ---------------------------------------------------------------------------------
strategy=report mode=draw
"$tidemark" report --tiny --strategies guard -o "$work/tiny" >/dev/null 2>&1 || { echo "no tiny report"; exit 1; }
store report --from "$work/tiny/data.db" -o "$work/new" || complain report 0 "it cannot be drawn"
store report --from "$work/tiny/data.db" -o "$work/old"
texts=$(cd "$work/new" && find . -type f ! -name '*.pdf')
pdfs=$(cd "$work/new" && find . -name '*.pdf')
for text in $texts; do echo "an older one" >>"$work/old/$text"; done

whole() { # HOW N: each file is the new one or the old one; when all is well, the new one
  local text
  for text in $texts; do
    cmp -s "$work/page/$text" "$work/new/$text" && continue
    # A figure that could not be drawn is said, and missing on the page.
    [ "$status" = 0 ] && grep -q 'tidemark-figure\|gnuplot' "$work/err" &&
      { [[ $text = ./figures/* ]] || grep -q 'no figure' "$work/page/report.html"; } && continue
    [ "$status" = 2 ] && cmp -s "$work/page/$text" "$work/old/$text" && continue
    complain "$1" "$2" "$text is neither the old nor the new one"
  done
  for text in $pdfs; do # they hold the time, so only their end can be looked at
    tail -c 8 "$work/page/$text" | grep -q '%%EOF' || complain "$1" "$2" "$text is not whole"
  done
  # Without memory the program ends where it is; a part has no file's name.
  [ -z "$(find "$work/page" -name '*.part')" ] || grep -q 'memory' "$work/err" || complain "$1" "$2" "a part is left"
  case $status in
  0) ;;
  2) [ -s "$work/err" ] || complain "$1" "$2" "nothing was said" ;;
  *) complain "$1" "$2" "status $status" ;;
  esac
  total=$((total + 1))
}
before_drawing() { rm -rf "$work/page" "$TIDEMARK_FAILED" && cp -r "$work/old" "$work/page"; }
draw() { store report --from "$work/tiny/data.db" -o "$work/page"; }
before=$total
for ((n = 1; n < 2048; n = n * (every ? 5 : 8) / 4 + 1)); do # what is said takes a file too
  before_drawing
  (ulimit -f $n; draw)
  status=$?
  whole "KiB in a file" $n
done
for function in fopen fclose fwrite rename malloc calloc realloc mmap; do
  for ((n = 1; n < 1000000; )); do
    before_drawing
    TIDEMARK_FAIL=$function:$n LD_PRELOAD=$shim draw
    status=$?
    [ -e "$TIDEMARK_FAILED" ] || break
    whole "$function" "$n"
    sparse "$function"
  done
done
echo "report: $((total - before)) failures injected, $bad badly taken so far"
echo "$total failures injected, $bad badly taken"
[ "$total" -gt 50 ] && [ "$bad" = 0 ]
