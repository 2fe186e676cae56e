  ;; SPDX-License-Identifier: Apache-2.0
  ;; harness/engines/drivers/wasi_probe.wat: one point of the probe as a WASI program with
  ;; wasi-threads: PROGRAM WHAT INSTANCES READER COLD, numbers; WHAT: 0 grow, 1 size, 2 load,
  ;; 3 atomic. wasi.c puts it into the probe's module, with the globals $grows, $turns,
  ;; $runs, $singles_count and $steps. It writes the nanoseconds of each go as 64-bit integers; of
  ;; grows that are not cold then the step of the clock and each single grow, as f64. An instance that
  ;; only has to be there is a thread that sleeps. Page 0: 32 and 36 the reader's, 40 how many threads are there, 1024 the
  ;; clock, 2048 the goes, 4096 the command line, 8184 the step, 8192 single grows.

  (func $number (param $which i32) (result i32) (local $at i32) (local $sum i32)
    (local.set $at (i32.load offset=4096 (i32.shl (local.get $which) (i32.const 2))))
    (loop $again
      (if (i32.load8_u (local.get $at)) (then
        (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 10))
          (i32.sub (i32.load8_u (local.get $at)) (i32.const 48))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $again))))
    (local.get $sum))

  (func $now (result i64)
    (drop (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 1024)))
    (i64.load (i32.const 1024)))

  (func $clock (result f64) (f64.convert_i64_u (call $now)))

  (func $write (param $at i32) (param $size i32)
    (i32.store (i32.const 1032) (local.get $at))
    (i32.store (i32.const 1036) (local.get $size))
    (if (call $fd_write (i32.const 1) (i32.const 1032) (i32.const 1) (i32.const 1040))
      (then (call $proc_exit (i32.const 3)))))

  (func $start_threads (param $arrived i32) (param $kind i32)
    (if (i32.lt_s (call $spawn (local.get $kind)) (i32.const 0))
      (then (call $proc_exit (i32.const 4))))
    (loop $wait
      (if (i32.ne (i32.atomic.load (i32.const 40)) (local.get $arrived)) (then
        (drop (memory.atomic.wait32 (i32.const 40)
          (i32.atomic.load (i32.const 40)) (i64.const 1000000)))
        (br $wait)))))

  (func (export "wasi_thread_start") (param $id i32) (param $kind i32)
    (drop (i32.atomic.rmw.add (i32.const 40) (i32.const 1)))
    (drop (memory.atomic.notify (i32.const 40) (i32.const 1)))
    (if (i32.eq (local.get $kind) (i32.const 2))
      (then (drop (call $read)))
      (else (loop $sleep
        (drop (memory.atomic.wait32 (i32.const 36) (i32.const 0) (i64.const -1)))
        (br_if $sleep (i32.eqz (i32.atomic.load (i32.const 36))))))))

  (func $operate (param $what i32) (param $count i32) (local $failed i32)
    (if (i32.eqz (local.get $what))
      (then (local.set $failed (call $grow (local.get $count))))
      (else (if (i32.eq (local.get $what) (i32.const 1))
        (then (drop (call $size (local.get $count))))
        (else (if (i32.eq (local.get $what) (i32.const 2))
          (then (drop (call $load (local.get $count))))
          (else (drop (call $atomic (local.get $count)))))))))
    (if (local.get $failed) (then (call $proc_exit (i32.const 5)))))

  (func $measure (param $what i32) (param $count i32) (param $goes i32)
    (local $go i32) (local $begun i64)
    (loop $again
      (local.set $begun (call $now))
      (call $operate (local.get $what) (local.get $count))
      (i64.store offset=2048 (i32.shl (local.get $go) (i32.const 3))
        (i64.sub (call $now) (local.get $begun)))
      (local.set $go (i32.add (local.get $go) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $go) (local.get $goes))))
    (call $write (i32.const 2048) (i32.shl (local.get $goes) (i32.const 3))))

  (func $measure_singles
    (if (call $singles (global.get $singles_count)) (then (call $proc_exit (i32.const 5))))
    (f64.store (i32.const 8184) (call $step (global.get $steps)))
    (call $write (i32.const 8184)
      (i32.add (i32.const 8) (i32.shl (global.get $singles_count) (i32.const 3)))))

  (func (export "_start") (local $others i32) (local $count i32) (local $what i32)
    (drop (call $args_get (i32.const 4096) (i32.const 4352)))
    (loop $more
      (if (i32.lt_u (i32.add (local.get $others) (i32.const 1)) (call $number (i32.const 2))) (then
        (local.set $others (i32.add (local.get $others) (i32.const 1)))
        (call $start_threads (local.get $others) (i32.const 1))
        (br $more))))
    (if (call $number (i32.const 3)) (then
      (call $start_threads (i32.add (local.get $others) (i32.const 1)) (i32.const 2))
      (loop $reads (br_if $reads (i32.eqz (i32.atomic.load (i32.const 32)))))))
    (local.set $what (call $number (i32.const 1)))
    (local.set $count (select (global.get $turns) (global.get $grows) (local.get $what)))
    (if (call $number (i32.const 4))
      (then (call $measure (local.get $what) (local.get $count) (i32.const 1)))
      (else
        (call $operate (local.get $what) (local.get $count))
        (call $measure (local.get $what) (local.get $count) (global.get $runs))
        (if (i32.eqz (local.get $what)) (then (call $measure_singles)))))
    (i32.atomic.store (i32.const 36) (i32.const 1))
    (drop (memory.atomic.notify (i32.const 36) (i32.const -1))))
