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
