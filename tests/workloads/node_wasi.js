// SPDX-License-Identifier: Apache-2.0
//
// Runs a WASI preview1 command, with or without wasi-threads, in Node: the independent engine that
// the tests compare with.
//
// Usage: node node_wasi.js [--dir HOST::GUEST]... [--env NAME=VALUE]... MODULE.wasm [ARGUMENT...]
//
// The guest's first thread runs in a worker too, so that Node's own main thread stays free to start
// further workers while guest threads are blocked in memory.atomic.wait.
// Exit status: the guest's; 134 after a trap, with the engine's sentence on standard error; 2 if
// the command line or the module is unusable.
'use strict';
process.removeAllListeners('warning'); // node:wasi warns that it is experimental
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const fs = require('node:fs');
const path = require('node:path');

// The baseline compiler of Node 20's V8 (11.3) loses a local across memory.atomic.wait32: with it,
// a thread that joins three others waits for a fourth. The optimising compiler is right.
require('node:v8').setFlagsFromString('--no-liftoff');

// Node 20 has no WASI.finalizeBindings, but start() accepts any object with a memory and _start.
function bind(wasi, memory, start) {
  return wasi.start({ exports: { memory, _start: start } });
}

function threadId(counter) {
  return Atomics.add(counter, 0, 1) + 1;
}

function runGuest({ module, memory, options, counter, thread }) {
  const { WASI } = require('node:wasi');
  const wasi = new WASI({ version: 'preview1', returnOnExit: true, ...options });
  const imports = {
    wasi_snapshot_preview1: wasi.wasiImport,
    wasi: {
      'thread-spawn': (argument) => {
        const id = threadId(counter);
        parentPort.postMessage({ spawn: { id, argument } });
        return id;
      },
    },
  };
  if (memory) imports.env = { memory };
  const instance = new WebAssembly.Instance(module, imports);
  const view = memory ?? instance.exports.memory;
  const status = thread
    ? bind(wasi, view, () => instance.exports.wasi_thread_start(thread.id, thread.argument))
    : bind(wasi, view, instance.exports._start);
  // A thread that returns ends alone; the first thread, or a proc_exit anywhere, ends the program.
  if (!thread || status !== 0) parentPort.postMessage({ exit: status });
}

function fail(sentence) {
  process.stderr.write(`node_wasi.js: ${sentence}\n`);
  process.exit(2);
}

function parseCommandLine(words) {
  const options = { preopens: {}, env: {} };
  while (words.length && words[0].startsWith('--')) {
    const [option, value] = words.splice(0, 2);
    if (option === '--dir' && value?.includes('::')) {
      const [host, guest] = value.split('::');
      options.preopens[guest] = host;
    } else if (option === '--env' && value?.includes('=')) {
      const at = value.indexOf('=');
      options.env[value.slice(0, at)] = value.slice(at + 1);
    } else {
      fail(`the option ${option} ${value ?? ''} is unknown or incomplete`);
    }
  }
  if (!words.length) fail('no module is named');
  options.args = [path.basename(words[0]), ...words.slice(1)];
  return { file: words[0], options };
}

// The limits of the imported memory; WebAssembly.Module.imports does not tell them in Node 20.
function importedMemory(bytes, module) {
  const wanted = WebAssembly.Module.imports(module).find((item) => item.kind === 'memory');
  if (!wanted) return undefined;
  if (`${wanted.module}.${wanted.name}` !== 'env.memory') fail('it imports an unknown memory');
  const name = Buffer.from('\x03env\x06memory\x02', 'latin1');
  let at = bytes.indexOf(name) + name.length;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const flags = number();
  const initial = number();
  const maximum = flags & 1 ? number() : undefined;
  return new WebAssembly.Memory({ initial, maximum, shared: Boolean(flags & 2) });
}

function main() {
  const { file, options } = parseCommandLine(process.argv.slice(2));
  let bytes, module;
  try {
    bytes = fs.readFileSync(file);
    module = new WebAssembly.Module(bytes);
  } catch (error) {
    fail(`${file}: ${error.message}`);
  }
  const memory = importedMemory(bytes, module);
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const start = (thread) => {
    const worker = new Worker(__filename, {
      workerData: { module, memory, options, counter, thread },
    });
    worker.on('message', ({ spawn, exit }) => {
      if (spawn) start(spawn);
      else process.exit(exit);
    });
    worker.on('error', (error) => {
      process.stderr.write(`node_wasi.js: ${error.name}: ${error.message}\n`);
      process.exit(134);
    });
  };
  start(undefined);
}

if (isMainThread) main();
else runGuest(workerData);
