// SPDX-License-Identifier: Apache-2.0
// harness/engines/drivers/jsc.js: JavaScriptCore through its shell. Agents get each memory by
// broadcast and report lines; a report "" says that an agent has finished with it.
function tmWorker(me) {
  const module = tmModule();
  let number = 0;
  const receive = (memory) => {
    try {
      tmRun(memory, module, me, number, (line) => $.agent.report(line));
      $.agent.report("");
    } catch (error) {
      $.agent.report(JSON.stringify({ error: String(error) }));
    }
    number++;
  };
  while (number < TM_MEMORIES.length) $.agent.receiveBroadcast(receive);
  $.agent.leaving();
}

function tmMain() {
  const source = readFile("litmus.js");
  for (let me = 0; me < JOB.threads.length; me++) $.agent.start(`const TM_ME = ${me};\n` + source);
  for (const _ of TM_MEMORIES) {
    $.agent.broadcast(tmMemory());
    for (let busy = JOB.threads.length; busy > 0; ) {
      const line = $.agent.getReport();
      if (line === null) $.agent.sleep(2);
      else if (line === "") busy--;
      else print(line);
      if (line && JSON.parse(line).error) quit(1);
    }
  }
  print(JSON.stringify({ done: true }));
  quit(0);
}

if (typeof TM_ME === "undefined") tmMain();
else tmWorker(TM_ME);
