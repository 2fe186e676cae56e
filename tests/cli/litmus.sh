#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/expect.sh"
expect 0 '^size-after-access allowed$' "$tidemark" litmus --verdict size-after-access
expect 0 'witness: g=1' "$tidemark" litmus --explain size-after-access
expect 0 'forbidden by: ' "$tidemark" litmus --explain grow-flag-size-atomic
expect 0 '^classic-sb-plain allowed$' "$tidemark" litmus --verdict
expect 0 '"verdict":	"forbidden"' "$tidemark" litmus --verdict --json - grow-flag-size-atomic
sed 's/expect allowed/expect forbidden/' harness/litmus/tests/size-after-access.litmus >"$work/wrong.litmus"
expect 1 'expects forbidden' "$tidemark" litmus --verdict "$work/wrong.litmus"
expect 0 '^Observation size-after-access ' "$tidemark" litmus --test size-after-access \
  --strategies guard --seconds 0.2
expect 0 'with delays inside grow' "$tidemark" litmus --test size-after-access --strategies guard \
  --seconds 0.2 --delays 2000
expect 0 '"strategy":	"lockedsize"' "$tidemark" litmus --test sb-grow --strategies lockedsize \
  --seconds 0.1 --json -
# growzero answers grow(0) with a plain length: forbidden, but no candidate, so no "no".
expect 0 'forbidden outcomes' "$tidemark" litmus --strategies growzero,guard --seconds 0.1 \
  --test grow0-after-access --test sb-grow
# Every candidate over every test, a moment each; what is seen is held against all that can be.
expect 0 '^guard +candidate +[0-9]+ .* 0 in   0 tests' "$tidemark" litmus --seconds 0.005
mv "$work/said" "$work/suite"
expect 0 '^0 with an outcome that cannot be; ' cat "$work/suite"
# An outcome that no execution has: nocheck reads beyond the length, which guard's source cannot.
expect 1 'phantom-page-past-max under nocheck showed g=-1 r=0 .* none of the 1 executions' \
  "$tidemark" litmus --strategies nocheck --test phantom-page-past-max --against guard --rounds 50
expect 1 '^1 with an outcome that cannot be; 0 could not be' "$tidemark" litmus --against guard \
  --strategies nocheck,guard --test phantom-page-past-max --rounds 50
expect 0 '^0 with an outcome that cannot be; 0 could not be' "$tidemark" litmus \
  --strategies nocheck --test phantom-page-past-max --rounds 50
expect 2 "there is no strategy 'nonsense'" "$tidemark" litmus --against nonsense
expect 0 ', 2 more threads, grower interrupted 500 times a second' "$tidemark" litmus \
  --test size-after-access --strategies guard --seconds 0.1 --threads 2 --interrupts 500
expect 2 '^tidemark litmus: --interrupts takes a number' "$tidemark" litmus --interrupts many
expect 2 '^tidemark race: --interrupts takes a number' "$tidemark" race --interrupts -1
expect 0 'the call feared|The call feared' "$tidemark" race --strategies atomicptr --seconds 0.2
expect 0 '"ratio_to_guard"' "$tidemark" race --strategies lockedsize --seconds 0.1 --json -
# Under uffd a page that is there can be reached: none can be resident beforehand.
if "$tidemark" strategies uffd | grep -q 'offered here'; then
  expect 2 'uffd cannot run with resident pages' "$tidemark" litmus --test size-after-access \
    --strategies uffd --resident --seconds 0.1
  expect 0 '^refused: uffd cannot run' "$tidemark" race --strategies uffd --seconds 0.1
  expect 0 '"resident_refused"' "$tidemark" race --strategies uffd --seconds 0.1 --json -
else
  echo "skipped: uffd, which this system does not offer"
fi
finish
