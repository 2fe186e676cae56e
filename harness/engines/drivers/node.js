// SPDX-License-Identifier: Apache-2.0
// harness/engines/drivers/node.js: V8 through Node.js worker threads.
const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");

function main() {
  const module = tmModule();
  const workers = [];
  let number = 0, busy = 0;
  const next = () => {
    if (number === TM_MEMORIES.length) {
      console.log(JSON.stringify({ done: true }));
      process.exit(0);
    }
    const memory = tmMemory();
    busy = JOB.threads.length;
    for (const worker of workers) worker.postMessage({ memory, number });
    number++;
  };
  const fail = (error) => {
    console.log(JSON.stringify({ error: String(error) }));
    process.exit(1);
  };
  for (let me = 0; me < JOB.threads.length; me++) {
    const worker = new Worker(__filename, { workerData: { me, module } });
    worker.on("error", fail);
    worker.on("message", (line) => {
      if (line !== null) console.log(line);
      else if (--busy === 0) next();
    });
    workers.push(worker);
  }
  console.log(JSON.stringify({ version: "Node.js " + process.version + ", V8 " + process.versions.v8 }));
  next();
}

function worker() {
  const { me, module } = workerData;
  parentPort.on("message", ({ memory, number }) => {
    tmRun(memory, module, me, number, (line) => parentPort.postMessage(line));
    parentPort.postMessage(null);
  });
}

if (isMainThread) main();
else worker();
