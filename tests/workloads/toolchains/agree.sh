#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# agree.sh c|rust|zig TIDEMARK CLANG: builds program.* with another project's toolchain as its users
# do, runs it here under several strategies and in Node, and compares output and exit status.
# Exit 0 the same everywhere, 1 not, 77 the toolchain or Node is not there.
set -u
language=$1 tidemark=$2 clang=$3
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
module=$work/program.wasm

skip() {
  echo "SKIP $*"
  exit 77
}

build_c() {
  [ -e /usr/lib/wasm32-wasi/libc.a ] || skip "no wasi-libc; apt-get install wasi-libc"
  runtime=$("$clang" --target=wasm32-wasi -print-libgcc-file-name)
  [ -e "$runtime" ] || skip "no compiler runtime for wasm; apt-get install libclang-rt-19-dev-wasm32"
  "$clang" --target=wasm32-wasi --sysroot=/usr -O2 "$here/program.c" -o "$module"
}

build_rust() {
  command -v rustc >/dev/null || skip "no rustc"
  libraries=$(rustc --print target-libdir --target wasm32-wasip1-threads 2>/dev/null)
  [ -d "$libraries" ] || skip "no Rust for wasm; rustup target add wasm32-wasip1-threads"
  rustc -O --target wasm32-wasip1-threads "$here/program.rs" -o "$module"
}

build_zig() {
  if command -v zig >/dev/null; then
    set -- zig
  else
    set -- python3 -m ziglang
  fi
  case $("$@" version 2>/dev/null) in
  0.13.*) ;;
  *) skip "no Zig 0.13; pip install ziglang==0.13.0" ;;
  esac
  (cd "$work" && "$@" build-exe "$here/program.zig" -target wasm32-wasi -O ReleaseSafe \
    --cache-dir "$work/cache" -femit-bin="$module")
}

# run ENGINE...: prints what the program prints and the files it leaves, then its exit status.
run() {
  rm -rf "$work/out"
  mkdir "$work/out"
  "$@" --env NAME=value --dir "$work/out::/out" "$module" first second
  echo "status $?"
  (cd "$work/out" && find . -type f | sort | xargs -r sha256sum)
}

case $language in
c) build_c || exit 1 ;;
rust) build_rust || exit 1 ;;
zig) build_zig || exit 1 ;;
esac
command -v node >/dev/null || skip "no node to compare with"
run node "$here/../node_wasi.js" >"$work/expected"
case $(cat "$work/expected") in
*"status 3"*) ;;
*)
  echo "FAIL Node: $(cat "$work/expected")"
  exit 1
  ;;
esac
failed=0
for strategy in guard push lazytrap; do
  run "$tidemark" run --strategy "$strategy" >"$work/printed"
  diff -u "$work/expected" "$work/printed" || {
    echo "FAIL $language under $strategy differs from Node"
    failed=1
  }
done
exit $failed
