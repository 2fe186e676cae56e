#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# module_agrees.sh NAME ENGINE [ARGUMENT...]: a published module of bench/modules prints under this
# engine what Node's WASI printed. Exit 0 yes, 1 no, 77 the module is not fetched or the engine is
# not there.
set -u
modules=$(CDPATH='' cd -- "$(dirname -- "$0")/../../bench/modules" && pwd)
name=$1
shift
module=${TIDEMARK_MODULES:-$modules/../../.cache/modules}/$name.wasm
if [ ! -f "$module" ]; then
  echo "SKIP $name is not fetched; \"bench/modules/fetch $name\" does it"
  exit 77
fi
if ! command -v "$1" >/dev/null; then
  echo "SKIP there is no $1 here"
  exit 77
fi
printed=$(mktemp)
trap 'rm -f "$printed"' EXIT
"$modules/run" "$name" "$@" >"$printed" || exit 1
diff -u "$modules/$name/expected" "$printed" || {
  echo "FAIL $name under \"$*\" differs from bench/modules/$name/expected"
  exit 1
}
