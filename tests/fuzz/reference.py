# SPDX-License-Identifier: Apache-2.0
"""tests/fuzz/reference.py: what Wasmtime makes of a module, in the form of reference.js."""
import ctypes
import hashlib
import struct
import sys

import wasmtime
from wasmtime import TrapCode, ValType

KINDS = {
    TrapCode.UNREACHABLE: "unreachable",
    TrapCode.MEMORY_OUT_OF_BOUNDS: "memory",
    TrapCode.HEAP_MISALIGNED: "unaligned",
    TrapCode.TABLE_OUT_OF_BOUNDS: "table",
    TrapCode.INDIRECT_CALL_TO_NULL: "signature",
    TrapCode.BAD_SIGNATURE: "signature",
    TrapCode.INTEGER_OVERFLOW: "number",
    TrapCode.BAD_CONVERSION_TO_INTEGER: "number",
    TrapCode.INTEGER_DIVISION_BY_ZERO: "zero",
    TrapCode.STACK_OVERFLOW: "stack",
    TrapCode.ATOMIC_WAIT_NON_SHARED_MEMORY: "expected shared memory",
}
VECTOR = """(module (import "" "log" (func $l (param i64)))
  (func (export "log-v128") (param v128)
    (call $l (i64x2.extract_lane 0 (local.get 0))) (call $l (i64x2.extract_lane 1 (local.get 0)))))"""


def show(kind, value):
    """A value as its bits."""
    if kind == "i32":
        return f"i32:{value & 0xffffffff:x}"
    if kind == "i64":
        return f"i64:{value & 0xffffffffffffffff:x}"
    if value != value:
        return f"{kind}:nan"
    code = "<fI" if kind == "f32" else "<dQ"
    return f"{kind}:{struct.unpack('<' + code[2], struct.pack(code[:2], value))[0]:x}"


def argument(kind, f, p):
    """Argument p of the call of export f, as in batch.c."""
    n = (f + 1) * (p + 3) * 2654435761 & 0xffffffff
    signed = n - (1 << 32) if n >> 31 else n
    wide = n * 0x100000001
    if kind == "i32":
        return signed
    if kind == "i64":
        return wide - (1 << 64) if wide >> 63 else wide
    return n % 1000 / (8 if kind == "f32" else 16)


def contents(store, memory):
    """All bytes of a memory, shared or not."""
    if isinstance(memory, wasmtime.SharedMemory):
        return ctypes.string_at(memory.data_ptr(), memory.data_len())
    return bytes(memory.read(store, 0, memory.data_len(store)))


LETTERS = {0x7f: "i32", 0x7e: "i64", 0x7d: "f32", 0x7c: "f64"}


class Wasm:
    """Types of exported functions: the embedding aborts when asked for one with a vector."""

    def __init__(self, data):
        self.data, self.at = data, 8
        types, functions, self.exported = [], [], []
        while self.at < len(data):
            section = self.byte()
            end = self.number() + self.at
            for _ in range(self.number() if section in (1, 2, 3, 7) else 0):
                if section == 1:
                    self.byte()
                    types.append((self.letters(), self.letters()))
                elif section == 2:
                    self.skip_import(functions)
                elif section == 3:
                    functions.append(self.number())
                else:
                    self.name()
                    what, index = self.byte(), self.number()
                    if what == 0:
                        self.exported.append(types[functions[index]])
            self.at = end

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def number(self):
        result = shift = 0
        while True:
            byte = self.byte()
            result |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return result

    def name(self):
        size = self.number()
        self.at += size

    def letters(self):
        return [LETTERS.get(self.byte(), "?") for _ in range(self.number())]

    def limits(self):
        if self.byte() & 1:
            self.number()
        self.number()

    def skip_import(self, functions):
        self.name()
        self.name()
        what = self.byte()
        if what == 0:
            functions.append(self.number())
        elif what == 3:
            self.at += 2
        else:
            self.at += what == 1
            self.limits()


class Reference:
    """One engine for all modules, one store for each."""

    def __init__(self):
        config = wasmtime.Config()
        config.wasm_threads = True
        config.shared_memory = True
        config.cranelift_opt_level = "none"
        config.parallel_compilation = False
        self.engine = wasmtime.Engine(config)
        self.vector = wasmtime.Module(self.engine, VECTOR)

    def host(self, store, lines):
        linker = wasmtime.Linker(self.engine)
        types = {name: getattr(ValType, name)() for name in ("i32", "i64", "f32", "f64")}
        for name, type_ in types.items():
            log = lambda value, name=name: lines.append("log " + show(name, value))
            linker.define_func("fuzzing-support", "log-" + name, wasmtime.FuncType([type_], []), log)
        log = wasmtime.Func(store, wasmtime.FuncType([types["i64"]], []),
                            lambda value: lines.append("log " + show("i64", value)))
        vector = wasmtime.Instance(store, self.vector, [log]).exports(store)["log-v128"]
        linker.define(store, "fuzzing-support", "log-v128", vector)
        return linker

    def call(self, store, function, type_, number, lines):
        params, results = type_
        if "?" in params + results:
            return
        lines.append(f"call {number}")
        try:
            value = function(store, *(argument(t, number, p) for p, t in enumerate(params)))
        except wasmtime.Trap as trap:
            lines.append(f"trap {KINDS.get(trap.trap_code, trap.message)}")
            return
        values = value if len(results) > 1 else [value] if results else []
        lines.append(" ".join(["returned", *(show(t, v) for t, v in zip(results, values))]))

    def run(self, path):
        lines = []
        store = wasmtime.Store(self.engine)
        try:
            module = wasmtime.Module.from_file(self.engine, path)
        except wasmtime.WasmtimeError as error:
            return [f"skip {str(error).splitlines()[0]}"]
        try:
            instance = self.host(store, lines).instantiate(store, module)
        except wasmtime.Trap as trap:
            return lines + [f"trap {KINDS.get(trap.trap_code, trap.message)}"]
        exports = instance.exports(store)
        budget = exports.get("hangLimitInitializer")
        everything = [exports.by_index[k] for k in range(len(exports.by_index))]
        functions = [e for e in everything if isinstance(e, wasmtime.Func)]
        with open(path, "rb") as file:
            types = Wasm(file.read()).exported
        for number, (function, type_) in enumerate(zip(functions, types)):
            if budget:
                budget(store)
            self.call(store, function, type_, number, lines)
        for memory in everything:
            if isinstance(memory, (wasmtime.Memory, wasmtime.SharedMemory)):
                data = contents(store, memory)
                lines.append(f"memory {len(data) // 65536} {hashlib.sha256(data).hexdigest()}")
                break
        return lines


def main():
    reference = Reference()
    for line in sys.stdin:
        print("\n".join([*reference.run(line.rstrip("\n")), "."]), flush=True)


main()
