// SPDX-License-Identifier: Apache-2.0
// harness/engines/drivers/wasi.js: a workload on a JavaScript engine: the functions of WASI preview1
// that workloads use, and wasi-threads.
//
// Worker 0 runs the program; the others wait for a thread to be started on them, at words of the
// memory's first page: 8 counts the threads, 16 + id holds a thread's argument, or -1 when there will
// be none. The guests' stacks end there, and no workload comes near.
class TmExit {
  constructor(status) {
    this.status = status;
  }
}

function tmWasi(memory, emit) {
  const { args } = JOB.program;
  const view = () => new DataView(memory().buffer);
  let text = "";
  return {
    args_sizes_get(count, size) {
      view().setUint32(count, args.length, true);
      view().setUint32(size, args.reduce((sum, arg) => sum + arg.length + 1, 0), true);
      return 0;
    },
    args_get(places, at) {
      args.forEach((arg, i) => {
        view().setUint32(places + 4 * i, at, true);
        for (const letter of arg + "\0") view().setUint8(at++, letter.charCodeAt(0));
      });
      return 0;
    },
    clock_time_get(clock, precision, at) {
      view().setBigUint64(at, BigInt(Math.round(tmNow())), true);
      return 0;
    },
    fd_write(descriptor, parts, count, written) {
      let total = 0;
      for (let part = parts; part < parts + 8 * count; part += 8) {
        const at = view().getUint32(part, true), length = view().getUint32(part + 4, true);
        for (let k = 0; k < length; k++) text += String.fromCharCode(view().getUint8(at + k));
        total += length;
      }
      for (let end; (end = text.indexOf("\n")) >= 0; text = text.slice(end + 1))
        emit(JSON.stringify({ said: text.slice(0, end) }));
      view().setUint32(written, total, true);
      return 0;
    },
    proc_exit(status) {
      throw new TmExit(status);
    },
  };
}

function tmProgram(shared, module, me, emit) {
  const mail = new Int32Array(shared.buffer, 0, 64);
  let memory = shared;
  const spawn = (argument) => {
    const id = Atomics.add(mail, 8, 1) + 1;
    if (id >= JOB.threads.length) return -1;
    Atomics.store(mail, 16 + id, argument);
    Atomics.notify(mail, 16 + id);
    return id;
  };
  const exports = () => {
    const wasi_snapshot_preview1 = tmWasi(() => memory, emit);
    const imports = { env: { memory: shared }, wasi_snapshot_preview1, wasi: { "thread-spawn": spawn } };
    return new WebAssembly.Instance(module, imports).exports;
  };
  if (me > 0) {
    Atomics.wait(mail, 16 + me, 0);
    const argument = Atomics.load(mail, 16 + me);
    if (argument !== -1) exports().wasi_thread_start(me, argument);
    return;
  }
  let status = 0;
  try {
    const program = exports();
    memory = program.memory;
    program._start();
  } catch (error) {
    if (!(error instanceof TmExit)) throw error;
    status = error.status;
  }
  for (let id = 1; id < JOB.threads.length; id++) {
    if (Atomics.compareExchange(mail, 16 + id, 0, -1) === 0) Atomics.notify(mail, 16 + id);
  }
  if (status) emit(JSON.stringify({ error: `exit status ${status}` }));
}
