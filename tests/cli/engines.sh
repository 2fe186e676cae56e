#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tidemark engines from outside: names, and fake engines that crash and hang in the place of one. They
# cost their own rows, with the reason, and never the run.
. "$(dirname "$0")/expect.sh"
export TIDEMARK_CACHE="$work/cache"
for engine in node chromium js102 firefox jsc wasmtime wazero wasm2c wasmtime-cli iwasm; do
  expect 0 "^$engine +" "$tidemark" engines
done
expect 0 '"variants":' "$tidemark" engines --json
expect 2 "unknown engine 'nonsense'" "$tidemark" engines --litmus --engine nonsense
expect 2 "no engine has a variant 'nonsense'" "$tidemark" engines --litmus --variant nonsense
expect 2 "no litmus test is named 'nonsense'" "$tidemark" engines --litmus --test nonsense
expect 2 "unknown workload 'nonsense'" "$tidemark" engines --bench --no-operations --engine jsc --workloads nonsense
expect 2 "unknown strategy 'nonsense'" "$tidemark" engines --bench --ours nonsense
expect 2 'blocks wants' "$tidemark" engines --bench --blocks 0

printf '#!/bin/sh\necho "it broke" >&2\nkill -SEGV $$\n' >"$work/crashes"
printf '#!/bin/sh\ntest "$1" = --version && exit\nsleep 1000\n' >"$work/hangs"
chmod +x "$work/crashes" "$work/hangs"
export TIDEMARK_ENGINE_JSC="$work/crashes" TIDEMARK_ENGINE_JS102="$work/hangs"
export TIDEMARK_ENGINE_IWASM="$work/nowhere"
engines='--engine jsc,js102,iwasm --seconds 1'
# shellcheck disable=SC2086 # lists of words
expect 0 '^jsc +size-after-access +allowed +killed by SIGSEGV; it said: it broke' \
  "$tidemark" engines --litmus $engines --test size-after-access --rounds 10 --findings "$work/findings"
cp "$work/said" "$work/table"
expect 0 '^js102 +.*no end after 1' cat "$work/table"
expect 0 '^iwasm: absent; install it with' cat "$work/table"
# shellcheck disable=SC2086
expect 0 '^  jsc +- +killed by SIGSEGV' "$tidemark" engines --bench $engines --ours guard --blocks 1 \
  --workloads none
cp "$work/said" "$work/table"
expect 0 '^  js102 +- +no end after 1' cat "$work/table"
expect 0 '^  iwasm +- +absent; install it with' cat "$work/table"
expect 0 '^  jsc +killed by SIGSEGV' "$tidemark" engines --bench --engine jsc --ours guard --blocks 2 \
  --no-operations --workloads chase --quick --json "$work/bench.json"
cp "$work/said" "$work/table"
expect 0 '^  guard, again +[0-9.]+ +[0-9.]+ \([0-9.]+ to [0-9.]+\) +[0-9.]+ ± [0-9.]+$' cat "$work/table"
expect 0 '"warnings":' cat "$work/bench.json"
expect 0 '"stddev":' cat "$work/bench.json"
finish
