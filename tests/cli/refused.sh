#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Modules that cannot run: what the translator does not have is refused by name; what cannot be read,
# linked or kept is one sentence with place and remedy. Always exit status 2, and nothing half-written.
. "$(dirname "$0")/expect.sh"
export TIDEMARK_CACHE="$work/cache"

# A module of these sections, in the escapes of printf.
module() {
  # shellcheck disable=SC2059 # that is the point
  printf '\0asm\1\0\0\0'"$1" >"$work/module.wasm"
}
# With one function of type () -> () whose body, with its size, is this.
with_body() { module '\1\4\1\140\0\0\3\2\1\0\5\3\1\0\1\12'"$1"; }
refused() {
  expect 2 "module.wasm: .*the module uses $1.*, which is not supported" "$tidemark" run "$work/module.wasm"
  expect 2 "the module uses $1" "$tidemark" emit-c "$work/module.wasm"
}

with_body '\10\1\6\0\37\100\0\13\13' && refused 'exception handling' # try_table
module '\1\4\1\140\0\0\15\3\1\0\0' && refused 'exception handling'   # a section of tags
with_body '\6\1\4\0\22\0\13' && refused 'tail calls'                 # return_call
with_body '\7\1\5\0\373\0\0\13' && refused 'garbage collection'      # struct.new
module '\1\3\1\137\0' && refused 'garbage collection'                # a type of structures
module '\1\5\1\140\1\156\0' && refused 'garbage collection'          # a parameter of type anyref
with_body '\6\1\4\0\24\0\13' && refused 'typed function references'  # call_ref
module '\1\6\1\140\1\144\0\0' && refused 'typed function references' # a parameter (ref 0)
module '\5\5\2\0\1\0\1' && refused 'multiple memories'
module '\2\17\2\1a\1a\2\0\1\1a\1b\2\0\1' && refused 'multiple memories'
printf '\0asm\15\0\1\0' >"$work/module.wasm" && refused 'the component model'

# Linking: a program is f0 = _start; its import comes before.
program() { module '\1\4\1\140\0\0\2'"$1"'\3\2\1\0\7\12\1\6_start\0'"$2"'\12\4\1\2\0\13'; }
cannot() { expect 2 "$1" "$tidemark" run "$work/module.wasm"; }
program '\11\1\3env\1f\0\0' '\1'
cannot 'unknown import: function "env" "f" is not provided; a guest can import WASI'
program '\12\1\3env\1g\3\177\0' '\0'
cannot 'unknown import: global "env" "g" is not provided; a guest can import WASI'
program '\44\1\26wasi_snapshot_preview1\11proc_exit\0\0' '\1'
cannot 'incompatible import type: function "wasi_snapshot_preview1" "proc_exit"'
module '\1\4\1\140\0\0\3\2\1\0\12\4\1\2\0\13'
cannot 'exports no function _start; build it as a WASI command'
module '\1\5\1\140\1\177\0\3\2\1\0\7\12\1\6_start\0\0\12\4\1\2\0\13'
cannot "the module's _start has the type i> instead of >"
with_body '\5\1\3\0\152\13' && cannot 'module.wasm: invalid wasm at byte offset [0-9]+: type mismatch in i32.add'
module '\5\5\1\0\201\200\4' && cannot 'initial pages \(65537\)'
module '\1\5\377\377\377\377\17' && cannot 'invalid type count'

# Files.
truncate -s 1025M "$work/large.wasm" && expect 2 'large.wasm is larger than 1 GiB' "$tidemark" run "$work/large.wasm"
mkfifo "$work/pipe" && expect 2 'pipe is not a file' timeout 60 "$tidemark" run "$work/pipe"
module ''
if [ "$(id -u)" != 0 ]; then
  chmod 0 "$work/module.wasm"
  cannot 'cannot read .*module.wasm: Permission denied'
  chmod 600 "$work/module.wasm"
else
  echo "skipped for root: a module that may not be read"
fi

# A full disk: a file system of two pages, if this system lets us make one.
cat >"$work/full.sh" <<'END'
mount -t tmpfs -o size=8k tmpfs "$1" || exit 77
TIDEMARK_CACHE=$1 "$2" run "$3" 1 10
status=$?
[ -z "$(ls -A "$1")" ] || echo "left behind: $(ls -A "$1")"
exit $status
END
mkdir "$work/full"
if unshare -rm sh -c 'mount -t tmpfs -o size=8k tmpfs "$1"' - "$work/full" 2>"$work/said"; then
  expect 2 "into $work/full/.*: No space left on device; make room there, or set TIDEMARK_CACHE" \
    unshare -rm sh "$work/full.sh" "$work/full" "$tidemark" "$build/workloads/sort.wasm"
  if grep 'left behind' "$work/said"; then
    echo "FAILED: a full disk leaves something in the cache"
    failed=1
  fi
else
  echo "skipped: a full disk ($(cat "$work/said"))"
fi

if [ -n "$(find "$work/cache" -mindepth 1 ! -name '*.so' 2>/dev/null)" ]; then
  echo "FAILED: something half-written was left in the cache:"
  find "$work/cache"
  failed=1
fi
finish
