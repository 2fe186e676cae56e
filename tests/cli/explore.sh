#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/expect.sh"
explore() { "$tidemark" explore "$@"; }
expect 0 'usage: tidemark explore' explore --help

# One cell: outcomes with their witnesses, and the same again by its schedule.
race="--strategy guard --test size-after-access --model sc"
expect 0 '^\* g=1 r=0 s=1   weak, 1 execution$' explore $race
expect 0 '7 steps, 2 context switches; --replay "A\*3 B\*2 A\*2"' explore $race
expect 0 'core/length.h:[0-9]+  commit page 1' explore $race --replay 'A*3 B*2 A*2'
expect 0 '^  =>  g=1 r=0 s=1$' explore $race --replay 'A*3 B*2 A*2'
expect 0 'commit page 1 fails' explore $race --failures
expect 2 'cannot be made' explore $race --replay 'A*3 B*2 A*9'
expect 2 'does not go with --replay' explore $race --replay 'A*3 B*2 A*2' --json -
expect 2 "is not a thread's move" explore $race --replay 'A*3 Q'
expect 0 'incomplete; 4 outcomes in 3000 executions' explore $race --random 3000 --seed 3

# The table and its exit status: what is asked for by name is to be sound.
expect 0 '^size-then-trap  .* \.$' explore --strategy guard --test size-then-trap
expect 1 '^size-then-trap  .* \. s$' explore --strategy guard,twofield --test size-then-trap
expect 1 '^mp-grow-size  .* c$' explore --strategy relaxed --test mp-grow-size
expect 0 ' 0 not searched to the end, 0 without an answer' explore --strategy guard --test sb-grow
expect 0 '^three-grows  .* \?$' explore --strategy interruptack \
  --test three-grows --model sc,tso --executions 1000
expect 0 ' 2 not searched to the end' explore --strategy interruptack --test three-grows \
  --model sc,tso --executions 1000
expect 0 '"verdict":	"incomplete"' explore --strategy interruptack --test three-grows --model sc \
  --executions 1000 --json -
# Without --strategy floors and planted faults may show what they do; candidates may not.
expect 0 'shown by 0 of [0-9]+ candidates and [1-9][0-9]* of 13 planted faults' explore \
  --test size-then-trap

# Everything in one: the worse of the two exit statuses.
expect 0 '^size-after-access under guard, sc: reached ' explore --full --strategy guard --test sb-grow
expect 0 '^c11  1 tests: .*; the same outcomes$' explore --full --strategy guard \
  --test lost-old-store-two
expect 0 '^  cpu_model ' explore --full --strategy guard --test sb-grow
expect 0 'acq for sc: needed: sb-grow is forbidden' explore \
  --full --strategy guard --test sb-grow
expect 1 '^0 orders are needed' explore --full --strategy guard,twofield \
  --test size-then-trap
expect 2 'not sound on test size-then-trap' explore --mutate --strategy twofield \
  --test size-then-trap
expect 0 'of those that are not needed, [1-9][0-9]* on some tests' explore --mutate \
  --strategy interruptack --test three-grows --executions 100

expect 2 'unknown strategy' explore --strategy nonsense
expect 2 "unknown model 'x86'" explore --model x86
expect 2 'wants one --strategy, one --test and one --model' explore --replay A
expect 2 '--executions wants a number' explore --executions many
expect 2 'unknown option --nonsense' explore --nonsense
finish
