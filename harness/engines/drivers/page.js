// SPDX-License-Identifier: Apache-2.0
// harness/engines/drivers/page.js: the engine of a browser, through dedicated workers of one page.
// Lines go to the server that served the page, one POST each, in order.
function tmPage() {
  const workers = [];
  let sent = Promise.resolve(), number = 0, busy = 0;
  const say = (object) => {
    const body = typeof object === "string" ? object : JSON.stringify(object);
    sent = sent.then(() => fetch("report", { method: "POST", body }));
  };
  const next = () => {
    if (number === TM_MEMORIES.length) return say({ done: true });
    const memory = tmMemory();
    busy = JOB.threads.length;
    for (const worker of workers) worker.postMessage({ memory, number });
    number++;
  };
  say({ version: navigator.userAgent });
  if (!globalThis.crossOriginIsolated) return say({ error: "the page is not cross-origin isolated" });
  const module = tmModule();
  for (let me = 0; me < JOB.threads.length; me++) {
    const worker = new Worker("litmus.js");
    worker.onerror = (event) => say({ error: String(event.message) });
    worker.onmessage = (event) => {
      if (event.data !== null) say(event.data);
      else if (--busy === 0) next();
    };
    worker.postMessage({ me, module });
    workers.push(worker);
  }
  next();
}

function tmWorker() {
  let me, module;
  onmessage = ({ data }) => {
    if (data.module) {
      ({ me, module } = data);
      return;
    }
    tmRun(data.memory, module, me, data.number, (line) => postMessage(line));
    postMessage(null);
  };
}

if (typeof window === "undefined") tmWorker();
else tmPage();
