const JOB = {"name":"grow-flag-access-atomic","initial":1,"maximum":304,"lead":0,"stride":1,"fresh":false,"settle":false,"skew":300,"threads":[{"name":"A","slots":[1,0],"entries":[0]},{"name":"B","slots":[1,2],"entries":[0,1]}],"columns":[{"name":"g","thread":0,"slot":1,"relative":true},{"name":"r","thread":1,"slot":1,"relative":false},{"name":"s","thread":1,"slot":2,"relative":false}],"retry":null,"batches":[{"phase":"cold","meeting":"block","rounds":300},{"phase":"warm","meeting":"block","rounds":300},{"phase":"warm","meeting":"spin","rounds":300},{"phase":"warm","meeting":"once","rounds":300}],"program":null,"probe":null,"wasm":[0,97,115,109,1,0,0,0,1,19,3,96,5,127,127,127,127,127,0,96,3,127,127,127,0,96,1,127,0,2,18,1,3,101,110,118,6,109,101,109,111,114,121,2,3,1,128,128,4,3,5,4,0,0,1,2,7,41,4,8,65,95,102,114,111,109,95,48,0,0,8,66,95,102,114,111,109,95,48,0,1,8,66,95,102,114,111,109,95,49,0,2,4,109,101,101,116,0,3,10,247,3,4,148,1,2,3,127,1,126,66,240,125,33,8,32,3,4,64,65,0,65,1,254,30,2,0,26,2,64,3,64,65,0,254,16,2,0,33,5,32,5,32,3,78,13,1,32,6,65,1,106,33,6,32,6,65,232,7,73,13,0,65,0,32,5,66,160,156,1,254,1,2,0,26,12,0,11,11,11,32,4,65,255,255,3,113,33,6,2,64,3,64,32,6,69,13,1,32,6,65,1,107,33,6,12,0,11,11,65,1,64,0,172,33,8,32,2,32,8,55,3,8,32,2,65,1,54,2,0,32,1,65,1,254,23,2,192,1,32,1,65,192,1,106,65,127,254,0,2,0,26,11,237,1,2,3,127,2,126,66,240,125,33,8,66,240,125,33,9,32,3,4,64,65,0,65,1,254,30,2,0,26,2,64,3,64,65,0,254,16,2,0,33,5,32,5,32,3,78,13,1,32,6,65,1,106,33,6,32,6,65,232,7,73,13,0,65,0,32,5,66,160,156,1,254,1,2,0,26,12,0,11,11,11,32,4,65,255,255,3,113,33,6,2,64,3,64,32,6,69,13,1,32,6,65,1,107,33,6,12,0,11,11,65,0,33,6,32,4,65,16,118,65,1,70,4,64,2,64,3,64,65,1,32,1,65,192,1,106,254,16,2,0,70,13,1,32,6,65,1,106,33,6,32,6,65,160,156,1,73,13,0,11,11,11,32,4,65,16,118,65,2,70,4,64,32,1,65,192,1,106,65,0,66,128,137,250,0,254,1,2,0,26,11,32,2,65,0,54,2,0,32,1,254,16,2,192,1,173,33,8,32,2,32,8,55,3,8,32,2,65,1,54,2,0,32,0,40,0,0,173,33,9,32,2,32,9,55,3,16,11,42,2,1,127,2,126,32,2,41,3,8,33,4,32,2,41,3,16,33,5,32,2,65,1,54,2,0,32,0,40,0,0,173,33,5,32,2,32,5,55,3,16,11,69,1,2,127,32,0,4,64,65,0,65,1,254,30,2,0,26,2,64,3,64,65,0,254,16,2,0,33,1,32,1,32,0,78,13,1,32,2,65,1,106,33,2,32,2,65,232,7,73,13,0,65,0,32,1,66,160,156,1,254,1,2,0,26,12,0,11,11,11,11,0,179,1,4,110,97,109,101,2,171,1,4,0,9,0,4,101,100,103,101,1,4,110,101,97,114,2,3,111,117,116,3,6,116,97,114,103,101,116,4,4,115,107,101,119,5,4,115,101,101,110,6,5,116,117,114,110,115,7,5,119,111,107,101,110,8,1,103,1,10,0,4,101,100,103,101,1,4,110,101,97,114,2,3,111,117,116,3,6,116,97,114,103,101,116,4,4,115,107,101,119,5,4,115,101,101,110,6,5,116,117,114,110,115,7,5,119,111,107,101,110,8,1,114,9,1,115,2,6,0,4,101,100,103,101,1,4,110,101,97,114,2,3,111,117,116,3,5,119,111,107,101,110,4,1,114,5,1,115,3,3,0,6,116,97,114,103,101,116,1,4,115,101,101,110,2,5,116,117,114,110,115]};
// SPDX-License-Identifier: Apache-2.0
// harness/engines/drivers/core.js: one litmus test on one JavaScript engine, whatever its threads.
//
// A constant JOB comes first (harness/engines/job.h), then this file, then the engine's own few
// lines, as one script. The engine's part starts one worker for each of JOB.threads; they stay to
// the end. For each number from 0 to TM_MEMORIES.length - 1 it makes a memory with tmMemory(), and
// every worker calls
//     tmRun(memory, module, me, number, emit)
// with its own number `me`. Worker 0 collects the outcomes and calls emit(text) with one line of
// JSON for each batch.
"use strict";

const TM_PAGE = 65536;
const TM_WORDS = { "-272": "none", "-271": "ok", "-270": "trap", "-269": "fail", "-268": "stuck" };
const TM_MEETINGS = { once: 0, spin: 1, block: 2 };
// The batch (or the probe's point) that each memory is for.
const TM_MEMORIES = JOB.program ? [0] : JOB.probe
  ? JOB.probe.points.map((_, i) => i)
  : JOB.batches.flatMap((batch, b) => new Array(JOB.fresh ? batch.rounds : 1).fill(b));
let tmCounts = new Map();

function tmModule() {
  return new WebAssembly.Module(new Uint8Array(JOB.wasm));
}

function tmMemory() {
  return new WebAssembly.Memory({ initial: JOB.initial, maximum: JOB.maximum, shared: true });
}

// A module that imports a shared memory of at least `minimum` pages, and does nothing else.
function tmLinks(memory, minimum) {
  const leb = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)]);
  const limits = [3, ...leb(minimum), ...leb(65536)];
  const name = [3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2];
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 2, 1 + name.length + limits.length, 1, ...name, ...limits];
  const module = new WebAssembly.Module(new Uint8Array(bytes));
  try {
    new WebAssembly.Instance(module, { env: { memory } });
    return 1;
  } catch (error) {
    if (!(error instanceof WebAssembly.LinkError)) throw error;
    return 0;
  }
}

// What the embedder can do with the memory, as imports of the module.
function tmHost(memory, place) {
  return {
    size: () => memory.buffer.byteLength / TM_PAGE,
    grow: (delta) => {
      try {
        return memory.grow(delta);
      } catch (error) {
        return -1;
      }
    },
    instantiate: (minimum) => tmLinks(memory, minimum + place.edge / TM_PAGE - 1 + JOB.lead),
  };
}

function tmNow() {
  if (typeof performance === "object") return performance.now() * 1e6;
  return typeof preciseTime === "function" ? preciseTime() * 1e9 : dateNow() * 1e6;
}

// The median time of so many goes of `operations` operations, for one of them.
function tmTime(goes, operations, run) {
  const times = [];
  for (let i = 0; i < goes; i++) {
    const start = tmNow();
    run(operations);
    times.push((tmNow() - start) / operations);
  }
  return times.sort((a, b) => a - b)[goes >> 1];
}

// JOB.probe: what operations cost in worker 0, while worker 1 reads if the point says so.
function tmProbe(memory, module, me, number, emit) {
  const { grows, turns, points } = JOB.probe;
  const { what, instances, reader, cold } = points[number];
  const open = () => new WebAssembly.Instance(module, { env: { memory } }).exports;
  const words = new Int32Array(memory.buffer, 0, 16);
  if (me === 1) {
    if (reader) open().read();
    return;
  }
  const one = Array.from({ length: instances }, open)[0];
  while (reader && Atomics.load(words, 8) === 0);
  const count = what === "grow" ? grows : turns;
  if (!cold) one[what](count);
  const ns = tmTime(cold ? 1 : 7, count, (n) => {
    const failed = one[what](n);
    if (what === "grow" && failed) throw new Error("a grow failed");
  });
  Atomics.store(words, 9, 1);
  emit(JSON.stringify({ point: number, ns }));
}

// One round of thread `me`: call it, and after each trap go on behind the step that trapped.
function tmRound(me, entry, values, place, target, skew) {
  const { edge, near, out } = place;
  const slots = JOB.threads[me].slots;
  let tries = JOB.retry && JOB.retry.thread === me ? JOB.retry.tries : 0;
  let from = 0;
  for (;;) {
    try {
      if (from === 0) entry[0](edge, near, out, target, skew);
      else if (entry[from]) entry[from](edge, near, out);
      return;
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      const step = Number(values[out >> 3] & 0xffffffffn);
      if (step === 0 && tries-- > 0) {
        target = 0;
        skew = 0;
        continue;
      }
      if (slots[step]) values[(out >> 3) + slots[step]] = -270n;
      from = step + 1;
    }
  }
}

function tmFinal(column, memory, host, place) {
  if (column.final === "size") return String(host.size() - place.edge / TM_PAGE + 1 - JOB.lead);
  const buffer = memory.buffer;
  const at = (column.edge ? place.edge : place.near) + column.offset;
  if (at + column.bytes > buffer.byteLength) return "trap";
  const bytes = new Uint8Array(buffer, at, column.bytes);
  let value = 0n;
  for (let i = column.bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
  return String(BigInt.asIntN(64, value));
}

function tmRow(values, outs, memory, host, place) {
  const cells = JOB.columns.map((column) => {
    if (column.final) return tmFinal(column, memory, host, place);
    const value = values[(outs >> 3) + 64 * column.thread + column.slot];
    const word = TM_WORDS[value];
    if (word) return word;
    if (!column.relative || value === -1n) return String(value);
    return String(Number(value) - place.edge / TM_PAGE + 1 - JOB.lead);
  });
  return cells.join(" ");
}

// All rounds of thread `me` in this memory.
function tmRun(memory, module, me, number, emit) {
  if (JOB.probe) return tmProbe(memory, module, me, number, emit);
  if (JOB.program) return tmProgram(memory, module, me, emit);
  const batch = JOB.batches[TM_MEMORIES[number]];
  if (TM_MEMORIES[number - 1] !== TM_MEMORIES[number]) tmCounts = new Map();
  const values = new BigInt64Array(memory.buffer, 0, TM_PAGE / 8);
  const place = { edge: 0, near: 0, out: 0 };
  const host = tmHost(memory, place);
  const exports = new WebAssembly.Instance(module, { env: { memory }, host }).exports;
  const thread = JOB.threads[me];
  const entry = [];
  for (const from of thread.entries) entry[from] = exports[`${thread.name}_from_${from}`];
  const meeting = TM_MEETINGS[batch.meeting];
  const rounds = JOB.fresh ? 1 : batch.rounds;
  let random = 12345 + me + 7 * number;
  for (let round = 0; round < rounds; round++) {
    const outs = 16384 + 4096 * (round & 1);
    place.edge = TM_PAGE * (1 + round * JOB.stride);
    place.near = 4096 + 1024 * (round & 1);
    place.out = outs + 512 * me;
    values.fill(-272n, place.out >> 3, (place.out >> 3) + 64);
    if (me === 0) {
      values.fill(0n, place.near >> 3, (place.near >> 3) + 128);
      if (JOB.stride === 0) values.fill(0n, (TM_PAGE - 4096) >> 3, TM_PAGE >> 3);
    }
    random = (Math.imul(random, 1103515245) + 12345) & 0x7fffffff;
    const idle = meeting === 0 ? (random >> 8) % JOB.skew : 0;
    const all = JOB.threads.length;
    tmRound(me, entry, values, place, all * (2 * round + 1), (meeting << 16) | idle);
    exports.meet(all * (2 * round + 2));
    if (me !== 0) continue;
    const row = tmRow(values, outs, memory, host, place);
    tmCounts.set(row, (tmCounts.get(row) || 0) + 1);
    if (JOB.settle) {
      const want = 1 + (round + 1) * JOB.stride, have = host.grow(0);
      if (have < want) host.grow(want - have);
    }
  }
  if (me !== 0 || TM_MEMORIES[number + 1] === TM_MEMORIES[number]) return;
  const rows = [];
  for (const [row, count] of tmCounts) rows.push({ row: row.split(" "), count });
  const { phase, meeting: how } = batch;
  emit(JSON.stringify({ phase, meeting: how, rounds: batch.rounds, rows }));
}
// SPDX-License-Identifier: Apache-2.0
// harness/engines/drivers/page.js: the engine of a browser, through dedicated workers of one page.
// Lines go to the server that served the page, one POST each, in order. A worker keeps the memories
// it has seen until its garbage is collected, and address space is short in a browser, so workers
// are replaced after some memories.
function tmPage() {
  const module = tmModule();
  let workers = [], sent = Promise.resolve();
  let number = 0, busy = 0, counts = new Map();
  const say = (object) => {
    const body = typeof object === "string" ? object : JSON.stringify(object);
    sent = sent.then(() => fetch("report", { method: "POST", body }));
  };
  onerror = (message) => say({ error: String(message) });
  const hire = () => {
    for (const worker of workers) worker.terminate();
    workers = JOB.threads.map((_, me) => {
      const worker = new Worker("litmus.js");
      worker.onerror = (event) => say({ error: String(event.message) });
      worker.onmessage = (event) => {
        if (event.data.line) {
          say(event.data.line);
          return;
        }
        if (me === 0) counts = event.data.counts;
        if (--busy === 0) next();
      };
      worker.postMessage({ me, module });
      return worker;
    });
  };
  const next = () => {
    if (number === TM_MEMORIES.length) return say({ done: true });
    if (number % 16 === 0) hire();
    const memory = tmMemory();
    busy = JOB.threads.length;
    for (const worker of workers) worker.postMessage({ memory, number, counts });
    number++;
  };
  say({ version: navigator.userAgent });
  if (globalThis.crossOriginIsolated) next();
  else say({ error: "the page is not cross-origin isolated" });
}

function tmWorker() {
  let me, module;
  onmessage = ({ data }) => {
    if (data.module) {
      ({ me, module } = data);
      return;
    }
    tmCounts = data.counts;
    tmRun(data.memory, module, me, data.number, (line) => postMessage({ line }));
    postMessage({ counts: tmCounts });
  };
}

if (typeof window === "undefined") tmWorker();
else tmPage();
