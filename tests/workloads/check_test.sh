#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_test.sh CHECK: what bench/modules/check says, with a stand-in for the program: "same" only
# where the output is what is expected.
set -u
check=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
here=$(CDPATH='' cd -- "$(dirname -- "$check")" && pwd)
export TIDEMARK_MODULES="$folder"

# The stand-in prints the expected output under every strategy but "push".
cat >"$folder/tidemark" <<EOF
#!/bin/sh
[ "\$3" != push ] && exec cat "$here/quickjs/expected"
sed 1d "$here/quickjs/expected"
EOF
chmod +x "$folder/tidemark"

# expect STATUS OUTPUT ARGUMENT...
expect() {
  status=$1 output=$2
  shift 2
  said=$(sh "$check" "$@" 2>"$folder/errors")
  got=$?
  if [ "$got" -ne "$status" ] || [ "$said" != "$output" ]; then
    echo "FAIL check $*: exit status $got, not $status; it printed \"$said\", not \"$output\""
    failed=1
  fi
}

expect 2 "" --tidemark "$folder/tidemark" quickjs
grep -q 'fetch' "$folder/errors" || { echo "FAIL it does not say how to fetch" && failed=1; }
: >"$folder/quickjs.wasm"
expect 2 "" --tidemark "$folder/nonsense" quickjs
expect 2 "" --tidemark "$folder/tidemark" nonsense
expect 2 "" --nonsense
expect 0 "guard           quickjs same" --tidemark "$folder/tidemark" --strategies guard quickjs
expect 0 "guard           quickjs same  avr-as absent" \
  --tidemark "$folder/tidemark" --strategies guard quickjs avr-as
expect 1 "push            quickjs DIFFERS
guard           quickjs same" --tidemark "$folder/tidemark" --strategies push,guard quickjs
grep -q '^[-+]' "$folder/errors" || { echo "FAIL it does not show the difference" && failed=1; }
exit $failed
