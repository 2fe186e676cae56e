#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tidemark engines from outside: names, and fake engines that crash and hang in the place of one. They
# cost their own rows, with the reason, and never the run.
. "$(dirname "$0")/expect.sh"
export TIDEMARK_CACHE="$work/cache"
# Is no path of this machine left in what is to be kept or sent?
hides() { expect 0 '^clean$' sh -c '! grep -r -F -e "$0" -e "$1" -e /tmp/ "$2" && echo clean' "$PWD" "$work" "$1"; }
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
expect 0 '^  no full run \(killed by SIGSEGV; it said: it broke\): jsc$' \
  "$tidemark" engines --litmus $engines --test size-after-access --rounds 10 --findings "$work/findings"
cp "$work/said" "$work/table"
expect 0 '^  no full run \(no end after 1.*\): js102$' cat "$work/table"
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
ratio='[0-9.]+ +([0-9.]+ \([0-9.]+ to [0-9.]+\)|too noisy: [0-9.e+-]+ to [0-9.e+-]+)'
expect 0 "^  guard, again +$ratio +$ratio *$" cat "$work/table"
expect 0 '"warnings":' cat "$work/bench.json"
expect 0 '"command":.*"tidemark run --strategy guard module.wasm 1 200 --time"' cat "$work/bench.json"
expect 0 '"user":.*\[[0-9.]+, [0-9.]+\]' cat "$work/bench.json"
hides "$work/bench.json"
# An engine whose rounds end as the model forbids: the finding is told, with its reproduction, and no
# path of this machine is in it.
mkdir "$work/bin"
cat >"$work/bin/jsc" <<'EOF'
#!/bin/sh
for batch in cold,block warm,block warm,spin warm,once; do
  echo '{"phase":"'"${batch%,*}"'","meeting":"'"${batch#*,}"'","rounds":10,"rows":['
  echo '{"row":["1","1","1"],"count":4},{"row":["1","1","2"],"count":6}]}'
done | paste -d '\0' - -
echo '{"done":true}'
EOF
chmod +x "$work/bin/jsc"
export TIDEMARK_ENGINE_JSC="$work/bin/jsc"
expect 0 '^  jsc +cold +4 of +10   warm +12 of +30   FORBIDDEN 16$' "$tidemark" engines --litmus --engine jsc \
  --test grow-flag-size-atomic --rounds 10 --findings "$work/findings" --json "$work/litmus.json"
expect 0 '"cpu_model":' cat "$work/litmus.json"
expect 0 '"command":.*"jsc --useSharedArrayBuffer=1 litmus.js"' cat "$work/litmus.json"
expect 0 '^    jsc --useSharedArrayBuffer=1 litmus.js$' cat "$work/findings/jsc-grow-flag-size-atomic/README.txt"
hides "$work/findings"
finish
