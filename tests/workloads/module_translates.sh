#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# module_translates.sh NAME TIDEMARK: a published module of bench/modules is translated to C. Exit 0
# yes, 1 no, 77 it is not fetched.
set -u
name=$1 tidemark=$2
modules=$(CDPATH='' cd -- "$(dirname -- "$0")/../../bench/modules" && pwd)
module=${TIDEMARK_MODULES:-$modules/../../.cache/modules}/$name.wasm
if [ ! -f "$module" ]; then
  echo "SKIP $name is not fetched; \"bench/modules/fetch $name\" does it"
  exit 77
fi
lines=$("$tidemark" emit-c "$module" | wc -l)
functions=$(wasm-objdump -h "$module" | sed -n 's/.*Code .*count: //p')
echo "$name: $functions functions, $lines lines of C"
[ "$lines" -gt "$functions" ]
