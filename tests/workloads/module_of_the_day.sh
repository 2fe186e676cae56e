#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# module_of_the_day.sh TIDEMARK FOLDER: the smallest published module that is fetched prints what it should
# under one of the strategies, another one each day; TIDEMARK_DAY names a day by its number.
# Exit 0 yes, 1 no, 77 none is fetched, or this system does not offer what the strategy needs.
set -u
tidemark=$1 folder=$2
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
modules=${TIDEMARK_MODULES:-$root/.cache/modules}
for name in avr-as boolector quickjs; do
  [ ! -f "$modules/$name.wasm" ] || break
done
if [ ! -f "$modules/$name.wasm" ]; then
  echo "SKIP no published module is fetched; \"bench/modules/fetch avr-as\" does it"
  exit 77
fi
# shellcheck disable=SC2046 # a list of words
set -- $(sed -nE 's/^TM_STRATEGY\(([a-z]+), (floor|candidate),.*/\1/p' "$root/strategies/strategies.def")
day=${TIDEMARK_DAY:-$(($(date +%s) / 86400))}
shift $((day % $#))
echo "TIDEMARK_DAY=$day: $name under $1"
said=$("$tidemark" run --strategy "$1" "$folder/ring.wasm" 1 1 2>&1 >/dev/null)
case $said in *" needs "*) echo "SKIP $said" && exit 77 ;; esac
"$root/bench/modules/check" --tidemark "$tidemark" --strategies "$1" "$name"
