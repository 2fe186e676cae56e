// SPDX-License-Identifier: Apache-2.0
// harness/engines/drivers/js102.js: SpiderMonkey through its shell. Workers share one mailbox, which
// holds the current memory; its words 2 to 4 say which one it is, how many workers
// have finished it, and whether one has failed.
function tmWorker(me) {
  const module = tmModule();
  TM_MEMORIES.forEach((_, number) => {
    let memory, words;
    do {
      memory = getSharedObject();
      words = memory && new Int32Array(memory.buffer, 0, 8);
      if (!words) sleep(0.001);
    } while (!words || Atomics.load(words, 2) !== number + 1);
    try {
      tmRun(memory, module, me, number, print);
    } catch (error) {
      print(JSON.stringify({ error: String(error) }));
      Atomics.store(words, 4, 1);
    }
    Atomics.add(words, 3, 1);
  });
}

function tmMain() {
  for (let me = 0; me < JOB.threads.length; me++)
    evalInWorker(`const TM_ME = ${me}; load("litmus.js");`);
  TM_MEMORIES.forEach((_, number) => {
    const memory = tmMemory();
    const words = new Int32Array(memory.buffer, 0, 8);
    words[2] = number + 1;
    setSharedObject(memory);
    while (Atomics.load(words, 3) < JOB.threads.length) {
      sleep(0.002);
      if (Atomics.load(words, 4)) quit(1);
    }
  });
  print(JSON.stringify({ done: true }));
  quit(0);
}

if (typeof TM_ME === "undefined") tmMain();
else tmWorker(TM_ME);
