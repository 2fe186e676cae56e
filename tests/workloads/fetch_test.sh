#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# fetch_test.sh FETCH: what bench/modules/fetch does without a network: it keeps what is right,
# refuses what it does not know, and never leaves a wrong or half a file. The package client is a
# stand-in that delivers what a case needs.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
mkdir "$folder/modules" "$folder/bin" "$folder/package"
fetch=$folder/modules/fetch
cp "$1" "$fetch"
export TIDEMARK_MODULES="$folder/cache"
PATH=$folder/bin:$PATH

sum() { sha256sum <"$1" | cut -d' ' -f1; }

# entry SUM-OF-PACKAGE SUM-OF-MODULE: the list names one module, in an npm package.
entry() {
  echo "thing run npm a-package 1.0 $1 package/thing.wasm $2" >"$folder/modules/modules.list"
}

# check STATUS PATTERN COMMAND...: its exit status and a part of what it says.
check() {
  status=$1 pattern=$2
  shift 2
  said=$("$@" 2>&1)
  got=$?
  if [ "$got" -ne "$status" ]; then
    echo "FAIL $*: exit status $got, not $status: $said"
    failed=1
  fi
  case $said in
  *"$pattern"*) ;;
  *)
    echo "FAIL $*: \"$pattern\" is not in: $said"
    failed=1
    ;;
  esac
}

# holds N: the cache has this many files, and no folder that was left behind.
holds() {
  count=$(find "$TIDEMARK_MODULES" -mindepth 1 | wc -l)
  [ "$count" -eq "$1" ] || {
    echo "FAIL the cache holds $(ls "$TIDEMARK_MODULES")"
    failed=1
  }
}

echo "a module" >"$folder/package/thing.wasm"
tar -czf "$folder/right.tgz" -C "$folder" package
package_sum=$(sum "$folder/right.tgz")
module_sum=$(sum "$folder/package/thing.wasm")

# A client that copies $DELIVER to where npm would put it.
cat >"$folder/bin/npm" <<'EOF'
#!/bin/sh
[ -n "$DELIVER" ] || { echo "no such package" >&2; exit 1; }
while [ "$1" != --pack-destination ]; do shift; done
cp "$DELIVER" "$2/package.tgz"
EOF
chmod +x "$folder/bin/npm"

entry "$package_sum" "$module_sum"
export DELIVER=
check 1 "npm could not fetch a-package 1.0" "$fetch"
holds 0
DELIVER=$folder/package/thing.wasm
check 1 "not the package that modules.list pins" "$fetch"
holds 0
DELIVER=$folder/right.tgz
entry "$package_sum" 0000
check 1 "not the module that modules.list pins" "$fetch"
holds 0
entry "$package_sum" "$module_sum"
check 2 "there is no module other" "$fetch" other
check 0 "fetching thing" "$fetch"
holds 1
DELIVER=
check 0 "" "$fetch" thing # nothing to fetch any more
echo "spoilt" >"$TIDEMARK_MODULES/thing.wasm"
check 1 "npm could not fetch" "$fetch" thing
DELIVER=$folder/right.tgz
check 0 "fetching thing" "$fetch" --all
[ "$(sum "$TIDEMARK_MODULES/thing.wasm")" = "$module_sum" ] || {
  echo "FAIL a spoilt module stayed"
  failed=1
}
exit $failed
