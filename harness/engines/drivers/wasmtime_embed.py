# SPDX-License-Identifier: Apache-2.0
"""harness/engines/drivers/wasmtime_embed.py: Wasmtime through its Python embedding.

One SharedMemory for a batch, one thread and one store for each thread of the test.
usage: python wasmtime_embed.py JOB.json MODULE.wasm [OPTION=VALUE…]   options of wasmtime.Config
"""
import collections
import ctypes
import importlib.metadata
import json
import os
import sys
import threading
import traceback

import wasmtime

NAMES = ["none", None, "trap", "ok", "fail", "stuck"]


class SharedMemory(wasmtime.SharedMemory):
    """The embedding's own conversion passes a pointer to the pointer (seen in release 50.0.1)."""

    def _as_extern(self):
        union = wasmtime._ffi.wasmtime_extern_union(sharedmemory=self.ptr())
        return wasmtime._ffi.wasmtime_extern_t(wasmtime._ffi.WASMTIME_EXTERN_SHAREDMEMORY, union)


class Words:
    """The control page: 32-bit and 64-bit numbers at byte offsets."""

    def __init__(self, memory):
        address = ctypes.addressof(memory.data_ptr().contents)
        self.int32 = (ctypes.c_int32 * 16384).from_address(address)
        self.int64 = (ctypes.c_int64 * 8192).from_address(address)

    def row(self, columns):
        kinds = [self.int32[(4096 + 64 * c) >> 2] for c in range(columns)]
        return tuple(str(self.int64[(4104 + 64 * c) >> 3]) if kind == 1 else NAMES[kind]
                     for c, kind in enumerate(kinds))


def play(store, run, words, me, page, target, skew, retry):
    """One round of thread `me`; after a trap it goes on behind the step that trapped."""
    start, tries = 0, retry["tries"] if retry else 0
    while True:
        try:
            run(store, page, start, target, skew)
            return
        except wasmtime.Trap:
            step = words.int32[(2048 + 64 * me) >> 2]
            if retry and step == retry["step"] and tries > 0:
                tries -= 1
                start = step + 1
            else:
                start = step + 2


def run_thread(engine, module, memory, job, batch, me, counts):
    store = wasmtime.Store(engine)
    exports = wasmtime.Instance(store, module, [memory]).exports(store)
    run, barrier = exports[f"thread{me}"], exports["barrier"]
    finals = exports["finals"] if "finals" in exports else None
    words = Words(memory)
    retry = job["retry"] if job["retry"] and job["retry"]["thread"] == me else None
    random = 12345 + me
    for number in range(batch["rounds"]):
        page = 1 + number * job["stride"]
        random = (random * 1103515245 + 12345) & 0x7FFFFFFF
        skew = (random >> 8) % job["skew"] if job["skew"] else 0
        play(store, run, words, me, page, job["threads"] * (2 * number + 1), skew, retry)
        barrier(store, job["threads"] * (2 * number + 2))
        if me == 0:
            if finals:
                finals(store, page)
            counts[words.row(job["columns"])] += 1


def run_batch(engine, module, job, batch):
    limits = wasmtime.Limits(job["initial"], job["maximum"])
    memory = SharedMemory(engine, wasmtime.MemoryType(limits, shared=True))
    counts, wrong = collections.Counter(), []

    def thread(me):
        try:
            run_thread(engine, module, memory, job, batch, me, counts)
        except BaseException:
            wrong.append(traceback.format_exc(limit=-1))
            print(json.dumps({"error": wrong[0]}), flush=True)
            os._exit(1)

    threads = [threading.Thread(target=thread, args=(me,)) for me in range(job["threads"])]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    rows = [{"row": row, "count": count} for row, count in counts.items()]
    print(json.dumps({"phase": batch["phase"], "rounds": batch["rounds"], "rows": rows}), flush=True)


def main():
    with open(sys.argv[1]) as file:
        job = json.load(file)
    config = wasmtime.Config()
    config.wasm_threads = True
    config.shared_memory = True
    for option in sys.argv[3:]:
        name, value = option.split("=")
        setattr(config, name, json.loads(value))
    try:
        engine = wasmtime.Engine(config)
        with open(sys.argv[2], "rb") as file:
            module = wasmtime.Module(engine, file.read())
    except Exception as error:
        print(json.dumps({"error": str(error)}))
        sys.exit(1)
    version = importlib.metadata.version("wasmtime")
    print(json.dumps({"version": "Wasmtime " + version}), flush=True)
    for batch in job["batches"]:
        run_batch(engine, module, job, batch)
    print(json.dumps({"done": True}))


main()
