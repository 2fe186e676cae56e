// SPDX-License-Identifier: Apache-2.0
//
// A program as Zig builds them for wasm32-wasi, with the standard library of Zig 0.13. One thread:
// std.Thread of that version fails on wasi-threads in Node too.
const std = @import("std");

pub fn main() !void {
    const allocator = std.heap.wasm_allocator;
    const out = std.io.getStdOut().writer();

    const arguments = try std.process.argsAlloc(allocator);
    try out.print("{} arguments, the last {s}\n", .{ arguments.len, arguments[arguments.len - 1] });
    var environment = try std.process.getEnvMap(allocator);
    try out.print("NAME={s}\n", .{environment.get("NAME") orelse "nothing"});

    var random = std.Random.Pcg.init(42);
    var counts = std.AutoHashMap(u32, u32).init(allocator);
    for (0..300_000) |_| {
        const entry = try counts.getOrPutValue(random.random().uintLessThan(u32, 100_000), 0);
        entry.value_ptr.* += 1;
    }
    var most: u32 = 0;
    var values = counts.valueIterator();
    while (values.next()) |value| most = @max(most, value.*);
    try out.print("{} different, {} times at most\n", .{ counts.count(), most });

    const numbers = try allocator.alloc(f64, 500_000);
    for (numbers) |*number| number.* = random.random().float(f64);
    std.mem.sort(f64, numbers, {}, std.sort.asc(f64));
    try out.print("median {d:.6}\n", .{numbers[numbers.len / 2]});

    var hash: [32]u8 = undefined;
    std.crypto.hash.Blake3.hash(std.mem.sliceAsBytes(numbers), &hash, .{});
    try out.print("hash {s}\n", .{std.fmt.fmtSliceHexLower(&hash)});
    std.process.exit(3);
}
