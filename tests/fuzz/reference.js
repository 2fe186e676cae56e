// SPDX-License-Identifier: Apache-2.0
// tests/fuzz/reference.js: what V8 makes of a module. Reads paths, one a line; for each it writes a
// transcript and then a line with a dot:
//     call 3                   the fourth exported function (those with vectors are left out)
//     log i32:2a               what it logged meanwhile
//     returned i64:1 f32:nan   or: trap KIND
//     memory 16 SHA-256        at the end: pages, hash of all bytes
// Values are bits in hexadecimal; NaNs are nan. Before each call hangLimitInitializer is called, if
// there is one: it renews the module's budget of calls and loop turns.
"use strict";
const crypto = require("crypto");
const fs = require("fs");

const bits = new DataView(new ArrayBuffer(8));
const show = {
  i: (v) => "i32:" + (v >>> 0).toString(16),
  I: (v) => "i64:" + BigInt.asUintN(64, v).toString(16),
  f: (v) => (bits.setFloat32(0, v), Number.isNaN(v) ? "f32:nan" : "f32:" + bits.getUint32(0).toString(16)),
  F: (v) => (bits.setFloat64(0, v), Number.isNaN(v) ? "f64:nan" : "f64:" + bits.getBigUint64(0).toString(16)),
};

// Argument p of the call of export f, as in batch.c.
function argument(type, f, p) {
  const n = Math.imul((f + 1) * (p + 3), 2654435761) >>> 0;
  switch (type) {
    case "i": return n | 0;
    case "I": return BigInt(n) * 0x100000001n;
    case "f": return (n % 1000) / 8;
    default: return (n % 1000) / 16;
  }
}

const KINDS = [
  [/unreachable/, "unreachable"],
  [/unaligned/, "unaligned"],
  [/divide by zero|remainder by zero/, "zero"],
  [/divide result unrepresentable|float unrepresentable/, "number"],
  [/table index is out of bounds|table access|out of bounds table|element segment out of bounds|table or segment/, "table"],
  [/null function or function signature|signature mismatch/, "signature"],
  [/memory access out of bounds|data segment .*out of bounds|out of bounds memory/, "memory"],
  [/call stack size/, "stack"],
];
function kind(error) {
  const text = String(error.message);
  const known = KINDS.find(([pattern]) => pattern.test(text));
  return known ? known[1] : text;
}

// ---- types of exported functions, which the JavaScript interface does not tell -------------------

const LETTERS = { 0x7f: "i", 0x7e: "I", 0x7d: "f", 0x7c: "F", 0x7b: "v" };

// The signature of each exported function, in the order of exports.
function signatures(wasm) {
  let at = 8;
  const number = () => {
    let n = 0, shift = 0, byte;
    do {
      byte = wasm[at++];
      n += (byte & 127) * 2 ** shift;
      shift += 7;
    } while (byte > 127);
    return n;
  };
  const skip = () => { const n = number(); at += n; };
  const limits = () => { const flags = wasm[at++]; number(); if (flags & 1) number(); };
  const types = [], functions = [], exported = [];
  const letters = () => Array.from({ length: number() }, () => LETTERS[wasm[at++]] || "?").join("");
  const sections = {
    1: () => { for (let n = number(); n--;) { at++; types.push([letters(), letters()]); } },
    2: () => {
      for (let n = number(); n--;) {
        skip(); skip();
        const what = wasm[at++];
        if (what === 0) functions.push(number());
        else if (what === 1) { at++; limits(); }
        else if (what === 2) limits();
        else at += 2;
      }
    },
    3: () => { for (let n = number(); n--;) functions.push(number()); },
    7: () => {
      for (let n = number(); n--;) {
        skip();
        const what = wasm[at++], index = number();
        if (what === 0) exported.push(types[functions[index]]);
      }
    },
  };
  while (at < wasm.length) {
    const id = wasm[at++], size = number(), end = at + size;
    if (sections[id]) sections[id]();
    at = end;
  }
  return exported;
}

// ---- running -------------------------------------------------------------------------------------

// (module (import "" "log" (func $l (param i64))) (func (export "log-v128") (param v128)
//   (call $l (i64x2.extract_lane 0 (local.get 0))) (call $l (i64x2.extract_lane 1 (local.get 0)))))
const VECTOR = new WebAssembly.Module(new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 9, 2, 96, 1, 126, 0, 96, 1, 123, 0, 2, 8, 1, 0, 3, 108, 111, 103, 0, 0, 3, 2, 1, 1,
  7, 12, 1, 8, 108, 111, 103, 45, 118, 49, 50, 56, 0, 1, 10, 18, 1, 16, 0, 32, 0, 253, 29, 0, 16, 0, 32, 0, 253, 29, 1,
  16, 0, 11]));

function run(path) {
  const lines = [];
  const log = (type) => (v) => { lines.push("log " + show[type](v)); };
  const vector = new WebAssembly.Instance(VECTOR, { "": { log: log("I") } }).exports;
  const host = {
    "fuzzing-support": {
      "log-i32": log("i"), "log-i64": log("I"), "log-f32": log("f"), "log-f64": log("F"), "log-v128": vector["log-v128"],
    },
  };
  const wasm = fs.readFileSync(path);
  let module, instance;
  try {
    module = new WebAssembly.Module(wasm);
    instance = new WebAssembly.Instance(module, host);
  } catch (error) {
    lines.push(error instanceof WebAssembly.CompileError ? "skip " + error.message : "trap " + kind(error));
    return lines;
  }
  const types = signatures(wasm);
  // In the module's order: that of the object's properties has those first whose names are numbers.
  const exported = WebAssembly.Module.exports(module)
    .filter((each) => each.kind === "function").map((each) => instance.exports[each.name]);
  exported.forEach((each, f) => {
    const [params, results] = types[f];
    if (/[v?]/.test(params + results)) return;
    if (instance.exports.hangLimitInitializer) instance.exports.hangLimitInitializer();
    lines.push("call " + f);
    try {
      const value = each(...Array.from(params, (type, p) => argument(type, f, p)));
      const values = results.length > 1 ? value : results.length ? [value] : [];
      lines.push(["returned", ...values.map((v, k) => show[results[k]](v))].join(" "));
    } catch (error) {
      lines.push("trap " + kind(error));
    }
  });
  const memory = Object.values(instance.exports).find((each) => each instanceof WebAssembly.Memory);
  if (memory) {
    const bytes = Buffer.from(new Uint8Array(memory.buffer));
    lines.push(`memory ${bytes.length / 65536} ${crypto.createHash("sha256").update(bytes).digest("hex")}`);
  }
  return lines;
}

let input = "";
process.stdin.on("data", (chunk) => {
  input += chunk;
  for (let end; (end = input.indexOf("\n")) >= 0; input = input.slice(end + 1))
    fs.writeSync(1, [...run(input.slice(0, end)), ".\n"].join("\n"));
});
