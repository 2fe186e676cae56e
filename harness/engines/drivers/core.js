// SPDX-License-Identifier: Apache-2.0
// harness/engines/drivers/core.js: one litmus test on one JavaScript engine, whatever its threads.
//
// A constant JOB comes first (harness/engines/job.h), then this file, then the engine's own few
// lines, as one script. The engine's part starts JOB.threads workers that stay for all batches;
// for each batch it makes a memory with tmMemory(), and every worker calls
//     tmRun(memory, module, me, batch, emit)
// with its number `me` from 0. Worker 0 collects the outcomes and calls emit(text) with one line
// of JSON per batch. The threads meet at a counter in byte 0 of the memory; the modules' interface
// is described in harness/engines/module.h.
"use strict";

const TM_NAMES = ["none", null, "trap", "ok", "fail", "stuck"];

function tmModule() {
  return new WebAssembly.Module(new Uint8Array(JOB.wasm));
}

function tmMemory() {
  return new WebAssembly.Memory({ initial: JOB.initial, maximum: JOB.maximum, shared: true });
}

// One round of thread `me`: call it, and after each trap go on behind the step that trapped.
function tmRound(run, pc, page, target, skew, retry) {
  let from = 0, tries = retry ? retry.tries : 0;
  for (;;) {
    try {
      run(page, from, target, skew);
      return;
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      const step = pc[0];
      if (retry && step === retry.step && tries-- > 0) from = step + 1;
      else from = step + 2;
    }
  }
}

// All the batch's rounds of thread `me`.
function tmRun(memory, module, me, batch, emit) {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const { barrier, finals } = instance.exports;
  const run = instance.exports["thread" + me];
  const words = new Int32Array(memory.buffer, 0, 16384);
  const values = new BigInt64Array(memory.buffer, 0, 8192);
  const pc = new Int32Array(memory.buffer, 2048 + 64 * me, 1);
  const retry = JOB.retry && JOB.retry.thread === me ? JOB.retry : null;
  const counts = new Map();
  let random = 12345 + me;
  for (let round = 0; round < batch.rounds; round++) {
    const page = 1 + round * JOB.stride;
    random = (Math.imul(random, 1103515245) + 12345) & 0x7fffffff;
    const skew = JOB.skew > 0 ? (random >> 8) % JOB.skew : 0;
    tmRound(run, pc, page, JOB.threads * (2 * round + 1), skew, retry);
    barrier(JOB.threads * (2 * round + 2));
    if (me !== 0) continue;
    if (finals) finals(page);
    let row = "";
    for (let c = 0; c < JOB.columns; c++) {
      const kind = words[(4096 + 64 * c) >> 2];
      row += (c ? " " : "") + (kind === 1 ? String(values[(4104 + 64 * c) >> 3]) : TM_NAMES[kind]);
    }
    counts.set(row, (counts.get(row) || 0) + 1);
  }
  if (me !== 0) return;
  const rows = [];
  for (const [row, count] of counts) rows.push({ row: row.split(" "), count });
  emit(JSON.stringify({ phase: batch.phase, rounds: batch.rounds, rows }));
}
