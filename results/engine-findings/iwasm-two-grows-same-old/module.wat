(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get"
    (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (export "memory" (memory 0))
  (import "env" "memory" (memory 1 20004 shared))

  ;; two-grows-same-old
  ;; "two grows return the same old length"

  (func $A_from_0 (export "A_from_0") (param $edge i32) (param $near i32) (param $out i32)
    (param $target i32) (param $skew i32) (local $seen i32) (local $turns i32)
    (local $woken i32)
    (local $a i64)
    (local.set $a (i64.const -272))
    (if (local.get $target) (then
      (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
      (block $met (loop $more
        (local.set $seen (i32.atomic.load (i32.const 0)))
        (br_if $met (i32.ge_s (local.get $seen) (local.get $target)))
        (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
        (br_if $more (i32.lt_u (local.get $turns) (i32.const 1000)))
        (drop (memory.atomic.wait32 (i32.const 0) (local.get $seen)
                                    (i64.const 20000)))
        (br $more)))))
    (local.set $turns (i32.and (local.get $skew) (i32.const 65535)))
    (block $ready (loop $idle
      (br_if $ready (i32.eqz (local.get $turns)))
      (local.set $turns (i32.sub (local.get $turns) (i32.const 1)))
      (br $idle)))
    ;; 0: a = grow 1
    i32.const 1
    memory.grow
    i64.extend_i32_s
    local.set $a
    (i64.store offset=8 (local.get $out) (local.get $a))
  )

  (func $B_from_0 (export "B_from_0") (param $edge i32) (param $near i32) (param $out i32)
    (param $target i32) (param $skew i32) (local $seen i32) (local $turns i32)
    (local $woken i32)
    (local $b i64)
    (local.set $b (i64.const -272))
    (if (local.get $target) (then
      (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
      (block $met (loop $more
        (local.set $seen (i32.atomic.load (i32.const 0)))
        (br_if $met (i32.ge_s (local.get $seen) (local.get $target)))
        (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
        (br_if $more (i32.lt_u (local.get $turns) (i32.const 1000)))
        (drop (memory.atomic.wait32 (i32.const 0) (local.get $seen)
                                    (i64.const 20000)))
        (br $more)))))
    (local.set $turns (i32.and (local.get $skew) (i32.const 65535)))
    (block $ready (loop $idle
      (br_if $ready (i32.eqz (local.get $turns)))
      (local.set $turns (i32.sub (local.get $turns) (i32.const 1)))
      (br $idle)))
    ;; 0: b = grow 1
    i32.const 1
    memory.grow
    i64.extend_i32_s
    local.set $b
    (i64.store offset=8 (local.get $out) (local.get $b))
  )

  (func $meet (export "meet") (param $target i32)
    (local $seen i32) (local $turns i32)
    (if (local.get $target) (then
      (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
      (block $met (loop $more
        (local.set $seen (i32.atomic.load (i32.const 0)))
        (br_if $met (i32.ge_s (local.get $seen) (local.get $target)))
        (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
        (br_if $more (i32.lt_u (local.get $turns) (i32.const 1000)))
        (drop (memory.atomic.wait32 (i32.const 0) (local.get $seen)
                                    (i64.const 20000)))
        (br $more)))))
  )
  (global $threads i32 (i32.const 2))
  (global $stride i32 (i32.const 2))
  (global $skew i32 (i32.const 300))
  (global $settle i32 (i32.const 0))
  (global $slots i32 (i32.const 3))
  (func $play (param $me i32) (param $edge i32) (param $near i32) (param $out i32)
    (param $target i32) (param $skew i32)
    (if (i32.eq (local.get $me) (i32.const 0)) (then (call $A_from_0 (local.get $edge) (local.get $near) (local.get $out) (local.get $target) (local.get $skew))))
    (if (i32.eq (local.get $me) (i32.const 1)) (then (call $B_from_0 (local.get $edge) (local.get $near) (local.get $out) (local.get $target) (local.get $skew))))
  )
  (func $batches (param $me i32)
    (call $batch (local.get $me) (i32.const 0) (i32.const 0) (i32.const 5000))
    (call $batch (local.get $me) (i32.const 0) (i32.const 5000) (i32.const 5000))
  )
  (func $finals (param $edge i32) (param $near i32) (local $at i32)
  )
  ;; SPDX-License-Identifier: Apache-2.0
  ;; harness/engines/drivers/wasi_litmus.wat: the driver of a litmus test as a WASI program with
  ;; wasi-threads; wasi.c puts it into the test's module, with the globals $threads, $stride, $skew,
  ;; $settle and $slots and the functions $play, $batches and $finals. After each round, thread 0
  ;; writes the threads' results and what is asked of the memory in the end to standard output, as
  ;; 64-bit numbers; wasi_rows.py makes rows of them. Page 0: 28672 the parts of a write, 29184 what
  ;; is asked in the end.

  (func $round (param $me i32) (param $meeting i32) (param $round i32) (param $random i32)
    (local $odd i32) (local $edge i32) (local $near i32) (local $outs i32) (local $out i32)
    (local $slot i32) (local $idle i32)
    (local.set $odd (i32.and (local.get $round) (i32.const 1)))
    (local.set $edge (i32.shl (i32.add (i32.const 1) (i32.mul (local.get $round) (global.get $stride)))
      (i32.const 16)))
    (local.set $near (i32.add (i32.const 4096) (i32.mul (local.get $odd) (i32.const 1024))))
    (local.set $outs (i32.add (i32.const 16384) (i32.mul (local.get $odd) (i32.const 4096))))
    (local.set $out (i32.add (local.get $outs) (i32.mul (local.get $me) (i32.const 512))))
    (loop $fill
      (i64.store (i32.add (local.get $out) (i32.shl (local.get $slot) (i32.const 3))) (i64.const -272))
      (local.set $slot (i32.add (local.get $slot) (i32.const 1)))
      (br_if $fill (i32.lt_u (local.get $slot) (global.get $slots))))
    (if (i32.eqz (local.get $me)) (then
      (memory.fill (local.get $near) (i32.const 0) (i32.const 1024))
      (if (i32.eqz (global.get $stride)) (then
        (memory.fill (i32.const 61440) (i32.const 0) (i32.const 4096))))))
    (if (i32.eqz (local.get $meeting)) (then
      (local.set $idle (i32.rem_u (i32.shr_u (local.get $random) (i32.const 8)) (global.get $skew)))))
    (call $play (local.get $me) (local.get $edge) (local.get $near) (local.get $out)
      (call $arrivals (local.get $round) (i32.const 1))
      (i32.or (i32.shl (local.get $meeting) (i32.const 16)) (local.get $idle)))
    (call $meet (call $arrivals (local.get $round) (i32.const 2)))
    (if (i32.eqz (local.get $me)) (then
      (call $finals (local.get $edge) (local.get $near))
      (call $write (local.get $outs))
      (if (global.get $settle) (then (call $even (local.get $round))))))
    ;; Nobody is ahead by the time that a write takes.
    (call $meet (call $arrivals (local.get $round) (i32.const 3))))

  ;; The counter when all have met so often in this round.
  (func $arrivals (param $round i32) (param $often i32) (result i32)
    (i32.mul (global.get $threads)
      (i32.add (i32.mul (local.get $round) (i32.const 3)) (local.get $often))))

  ;; One part for each thread, one for what is asked in the end.
  (func $write (param $outs i32) (local $thread i32) (local $part i32)
    (local.set $part (i32.const 28672))
    (loop $parts
      (i32.store (local.get $part)
        (i32.add (local.get $outs) (i32.mul (local.get $thread) (i32.const 512))))
      (i32.store offset=4 (local.get $part) (i32.shl (global.get $slots) (i32.const 3)))
      (local.set $part (i32.add (local.get $part) (i32.const 8)))
      (local.set $thread (i32.add (local.get $thread) (i32.const 1)))
      (br_if $parts (i32.lt_u (local.get $thread) (global.get $threads))))
    (i32.store (local.get $part) (i32.const 29184))
    (i32.store offset=4 (local.get $part) (i32.shl (global.get $slots) (i32.const 3)))
    (if (call $fd_write (i32.const 1) (i32.const 28672)
          (i32.add (global.get $threads) (i32.const 1)) (i32.const 28664))
      (then (call $proc_exit (i32.const 3)))))

  ;; A round that grew by less than the stride is made up for.
  (func $even (param $round i32) (local $want i32) (local $have i32)
    (local.set $want (i32.add (i32.const 1)
      (i32.mul (i32.add (local.get $round) (i32.const 1)) (global.get $stride))))
    (local.set $have (memory.grow (i32.const 0)))
    (if (i32.lt_u (local.get $have) (local.get $want)) (then
      (drop (memory.grow (i32.sub (local.get $want) (local.get $have)))))))

  (func $batch (param $me i32) (param $meeting i32) (param $first i32) (param $rounds i32)
    (local $round i32) (local $random i32)
    (local.set $random (i32.add (i32.const 12345) (i32.add (local.get $me) (local.get $first))))
    (loop $again
      (local.set $random (i32.and (i32.const 0x7fffffff)
        (i32.add (i32.mul (local.get $random) (i32.const 1103515245)) (i32.const 12345))))
      (call $round (local.get $me) (local.get $meeting)
        (i32.add (local.get $first) (local.get $round)) (local.get $random))
      (local.set $round (i32.add (local.get $round) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $round) (local.get $rounds)))))

  (func (export "wasi_thread_start") (param $id i32) (param $me i32)
    (call $batches (local.get $me)))

  (func (export "_start") (local $me i32)
    (loop $others
      (local.set $me (i32.add (local.get $me) (i32.const 1)))
      (if (i32.lt_u (local.get $me) (global.get $threads)) (then
        (if (i32.lt_s (call $spawn (local.get $me)) (i32.const 0))
          (then (call $proc_exit (i32.const 4))))
        (br $others))))
    (call $batches (i32.const 0)))
)
