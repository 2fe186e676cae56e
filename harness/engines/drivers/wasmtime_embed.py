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
import time
import traceback

import wasmtime
from wasmtime import _ffi as ffi

PAGE = 65536
WORDS = {-272: "none", -271: "ok", -270: "trap", -269: "fail", -268: "stuck"}
MEETINGS = {"once": 0, "spin": 1, "block": 2}


class SharedMemory(wasmtime.SharedMemory):
    """Two methods of the embedding pass a pointer to the pointer (seen in release 50.0.1)."""

    def _as_extern(self):
        union = ffi.wasmtime_extern_union(sharedmemory=self.ptr())
        return ffi.wasmtime_extern_t(ffi.WASMTIME_EXTERN_SHAREDMEMORY, union)

    def size(self):
        return ffi.wasmtime_sharedmemory_size(self.ptr())

    def grow(self, delta):
        try:
            return super().grow(delta)
        except wasmtime.WasmtimeError:
            return -1


class Place:
    """Where a round happens: byte addresses."""

    edge = near = out = 0


class Thread:
    """One thread of the test, with a store and an instance of its own."""

    def __init__(self, engine, module, memory, job, me):
        self.job, self.me, self.memory, self.place = job, me, memory, Place()
        self.store = wasmtime.Store(engine)
        self.engine = engine
        linker = wasmtime.Linker(engine)
        linker.define(self.store, "env", "memory", memory)
        self.define_host(linker)
        exports = linker.instantiate(self.store, module).exports(self.store)
        thread = job["threads"][me]
        self.slots = thread["slots"]
        self.meet = exports["meet"]
        self.entry = {k: exports[f"{thread['name']}_from_{k}"] for k in thread["entries"]}
        address = ctypes.addressof(memory.data_ptr().contents)
        self.values = (ctypes.c_int64 * (PAGE // 8)).from_address(address)
        self.address = address

    def define_host(self, linker):
        i32 = wasmtime.ValType.i32()
        memory, lead, place = self.memory, self.job["lead"], self.place

        def instantiate(minimum):
            limits = f"{minimum + place.edge // PAGE - 1 + lead} 65536 shared"
            text = f'(module (import "env" "memory" (memory {limits})))'
            store = wasmtime.Store(self.engine)
            try:
                wasmtime.Instance(store, wasmtime.Module(self.engine, text), [memory])
            except wasmtime.WasmtimeError:
                return 0
            return 1

        for name, arguments, function in (("size", 0, memory.size), ("grow", 1, memory.grow),
                                          ("instantiate", 1, instantiate)):
            signature = wasmtime.FuncType([i32] * arguments, [i32])
            linker.define_func("host", name, signature, function)

    def play(self, target, skew):
        """One round; after a trap it goes on behind the step that trapped."""
        retry, place = self.job["retry"], self.place
        tries = retry["tries"] if retry and retry["thread"] == self.me else 0
        start = 0
        while start in self.entry:
            more = (target, skew) if start == 0 else ()
            try:
                self.entry[start](self.store, place.edge, place.near, place.out, *more)
                return
            except wasmtime.Trap:
                step = self.values[place.out >> 3] & 0xFFFFFFFF
                if step == 0 and tries > 0:
                    tries -= 1
                    target = skew = 0
                    continue
                if self.slots[step]:
                    self.values[(place.out >> 3) + self.slots[step]] = -270
                start = step + 1

    def final(self, column):
        place = self.place
        if column["final"] == "size":
            return str(self.memory.size() - place.edge // PAGE + 1 - self.job["lead"])
        at = (place.edge if column["edge"] else place.near) + column["offset"]
        if at + column["bytes"] > self.memory.size() * PAGE:
            return "trap"
        raw = ctypes.string_at(self.address + at, column["bytes"])
        return str(int.from_bytes(raw, "little", signed=column["bytes"] == 8))

    def cell(self, column, outs):
        if "final" in column:
            return self.final(column)
        value = self.values[(outs >> 3) + 64 * column["thread"] + column["slot"]]
        if value in WORDS:
            return WORDS[value]
        if column["relative"] and value != -1:
            value += 1 - self.place.edge // PAGE - self.job["lead"]
        return str(value)

    def fill(self, at, size, value):
        first = at >> 3
        for i in range(first, first + (size >> 3)):
            self.values[i] = value

    def run(self, batch, rounds, counts):
        job, place, everyone = self.job, self.place, len(self.job["threads"])
        meeting, random = MEETINGS[batch["meeting"]], 12345 + self.me
        for number in range(rounds):
            outs = 16384 + 4096 * (number & 1)
            place.edge = PAGE * (1 + number * job["stride"])
            place.near = 4096 + 1024 * (number & 1)
            place.out = outs + 512 * self.me
            self.fill(place.out, 8 * (1 + len(job["columns"])), -272)
            if self.me == 0:
                ctypes.memset(self.address + place.near, 0, 1024)
                if job["stride"] == 0:
                    ctypes.memset(self.address + PAGE - 4096, 0, 4096)
            random = (random * 1103515245 + 12345) & 0x7FFFFFFF
            idle = (random >> 8) % job["skew"] if meeting == 0 else 0
            self.play(everyone * (2 * number + 1), (meeting << 16) | idle)
            self.meet(self.store, everyone * (2 * number + 2))
            if self.me == 0:
                counts[tuple(self.cell(column, outs) for column in job["columns"])] += 1
                if job["settle"]:
                    want, have = 1 + (number + 1) * job["stride"], self.memory.grow(0)
                    if have < want:
                        self.memory.grow(want - have)


def fail(text):
    print(json.dumps({"error": text}), flush=True)
    os._exit(1)


def run_memory(engine, module, job, batch, rounds, counts):
    limits = wasmtime.Limits(job["initial"], job["maximum"])
    memory = SharedMemory(engine, wasmtime.MemoryType(limits, shared=True))

    def work(me):
        try:
            Thread(engine, module, memory, job, me).run(batch, rounds, counts)
        except BaseException:
            fail(traceback.format_exc(limit=-2))

    threads = [threading.Thread(target=work, args=(me,)) for me in range(len(job["threads"]))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def run_batch(engine, module, job, batch):
    counts = collections.Counter()
    if job["fresh"]:
        for _ in range(batch["rounds"]):
            run_memory(engine, module, job, batch, 1, counts)
    else:
        run_memory(engine, module, job, batch, batch["rounds"], counts)
    rows = [{"row": row, "count": count} for row, count in counts.items()]
    print(json.dumps({**batch, "rows": rows}), flush=True)


def cost(goes, operations, run):
    """The median time of so many goes of `operations` operations, for one of them, in nanoseconds."""
    times = []
    for _ in range(goes):
        start = time.perf_counter_ns()
        run(operations)
        times.append((time.perf_counter_ns() - start) / operations)
    return sorted(times)[goes // 2]


# The time as a function of wasm, so that asking for it does not go through Python.
CLOCK = """(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func $get (param i32 i64 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "clock") (result f64)
    (drop (call $get (i32.const 1) (i64.const 1) (i32.const 0)))
    (f64.convert_i64_u (i64.load (i32.const 0)))))"""


def clock(engine, store):
    store.set_wasi(wasmtime.WasiConfig())
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    return linker.instantiate(store, wasmtime.Module(engine, CLOCK)).exports(store)["clock"]


def probe(engine, module, job, number):
    """One point: what an operation costs in this thread, while another one reads if it says so."""
    settings = job["probe"]
    point = settings["points"][number]
    limits = wasmtime.Limits(job["initial"], job["maximum"])
    memory = SharedMemory(engine, wasmtime.MemoryType(limits, shared=True))
    words = (ctypes.c_int32 * 16).from_address(ctypes.addressof(memory.data_ptr().contents))

    def open_some(store, count):
        now = clock(engine, store)
        return [wasmtime.Instance(store, module, [memory, now]).exports(store) for _ in range(count)]

    def read():
        store = wasmtime.Store(engine)
        open_some(store, 1)[0]["read"](store)

    store = wasmtime.Store(engine)
    every = open_some(store, point["instances"])
    reader = threading.Thread(target=read, daemon=True)
    if point["reader"]:
        reader.start()
        while words[8] == 0:
            time.sleep(0)
    count = settings["grows" if point["what"] == "grow" else "turns"]
    run = every[0][point["what"]]
    if not point["cold"] and run(store, count) and point["what"] == "grow":
        fail("a grow failed")
    ns = cost(1 if point["cold"] else 7, count, lambda n: run(store, n))
    answer = {"point": number, "ns": ns}
    if point["what"] == "grow" and not point["cold"]:
        if every[0]["singles"](store, settings["singles"]):
            fail("a grow failed")
        answer["single"] = list((ctypes.c_double * settings["singles"]).from_address(ctypes.addressof(words) + 8192))
        answer["step"] = every[0]["step"](store, settings["steps"])
    words[9] = 1
    if point["reader"]:
        reader.join()
    print(json.dumps(answer), flush=True)


def run_program(engine, module, job):
    """A workload, with one thread."""
    config = wasmtime.WasiConfig()
    config.argv = job["program"]["args"]
    config.inherit_stdout()
    config.inherit_stderr()
    store = wasmtime.Store(engine)
    store.set_wasi(config)
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    linker.instantiate(store, module).exports(store)["_start"](store)


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
        fail(str(error))
    print(json.dumps({"version": "Wasmtime " + importlib.metadata.version("wasmtime")}), flush=True)
    if job["program"]:
        run_program(engine, module, job)
    for number in range(len(job["probe"]["points"]) if job["probe"] else 0):
        probe(engine, module, job, number)
    for batch in job["batches"]:
        run_batch(engine, module, job, batch)
    print(json.dumps({"done": True}))


main()
