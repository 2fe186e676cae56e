# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests here: `expect STATUS PATTERN COMMAND…` runs the command and wants that exit
# status and, in its output or errors, a line that matches the extended regular expression.
set -u
tidemark=$1
build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

expect() {
  status=$1 pattern=$2
  shift 2
  "$@" >"$work/said" 2>&1 </dev/null
  got=$?
  if [ "$got" != "$status" ]; then
    echo "FAILED: $* : exit status $got, not $status; it said:"
    head -n 20 "$work/said"
    failed=1
  elif ! grep -Eq -- "$pattern" "$work/said"; then
    echo "FAILED: $* : no line matches '$pattern'; it said:"
    head -n 20 "$work/said"
    failed=1
  else
    echo "ok: $*"
  fi
}

finish() { exit "$failed"; }
