;; SPDX-License-Identifier: Apache-2.0
;; A wasi-threads program. The first letter of its first argument says what to do:
;;   j  start 4 threads, each adds 1000; wait for them; exit with the sum's 1000s (4)
;;   t  start a thread that traps; wait for ever
;;   x  start a thread that recurses without end; wait for ever
;;   e  start a thread that exits with 7; wait for ever
;;   r  start a thread that never returns; return
;;   q  start a thread that never returns; trap
;;   l  loop for ever
;;   p  poll without an end in sight: wait in the host for ever
;;   m  start threads that wait until no more start; exit with how many started
;;   g  start 4 threads that grow the memory until they cannot; exit with its pages
;;   c  start 2000 threads one after another, waiting for each
(module
  (import "env" "memory" (memory 2 32 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  ;; 16: how many threads are done; 24: the sum; 64: never changes; 100: arguments
  (global $mode (mut i32) (i32.const 0))

  (func $wait_for_ever
    (loop $again
      (drop (memory.atomic.wait32 (i32.const 64) (i32.const 0) (i64.const -1)))
      (br $again)))
  (func $spin (loop $again (br $again)))
  (func $deeper (param $n i32) (result i32)
    (i32.add (call $deeper (i32.add (local.get $n) (i32.const 1))) (local.get $n)))
  (func $wait_until_done (param $count i32)
    (local $seen i32)
    (loop $again
      (local.set $seen (i32.atomic.load (i32.const 16)))
      (if (i32.lt_u (local.get $seen) (local.get $count))
        (then
          (drop (memory.atomic.wait32 (i32.const 16) (local.get $seen) (i64.const -1)))
          (br $again)))))
  (func $grow_until_full
    (loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))))
  (func $add_1000
    (local $i i32)
    (loop $again
      (drop (i32.atomic.rmw.add (i32.const 24) (i32.const 1)))
      (br_if $again (i32.ne (i32.const 1000)
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))))))
  (func $done
    (drop (i32.atomic.rmw.add (i32.const 16) (i32.const 1)))
    (drop (memory.atomic.notify (i32.const 16) (i32.const -1))))

  (func $thread_body (param $mode i32)
    (if (i32.eq (local.get $mode) (i32.const 106)) (then (call $add_1000))) ;; j
    (if (i32.eq (local.get $mode) (i32.const 116)) (then unreachable)) ;; t
    (if (i32.eq (local.get $mode) (i32.const 120)) ;; x
      (then (drop (call $deeper (i32.const 0)))))
    (if (i32.eq (local.get $mode) (i32.const 101)) (then (call $proc_exit (i32.const 7)))) ;; e
    (if (i32.eq (local.get $mode) (i32.const 114)) (then (call $spin))) ;; r
    (if (i32.eq (local.get $mode) (i32.const 113)) (then (call $spin))) ;; q
    (if (i32.eq (local.get $mode) (i32.const 109)) (then (call $wait_for_ever))) ;; m
    (if (i32.eq (local.get $mode) (i32.const 103)) (then (call $grow_until_full)))) ;; g

  (func (export "wasi_thread_start") (param $tid i32) (param $argument i32)
    (call $thread_body (local.get $argument))
    (call $done))

  (func $start_many (param $count i32)
    (loop $again
      (if (i32.le_s (call $spawn (global.get $mode)) (i32.const 0)) (then unreachable))
      (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
  (func $start_all_there_are (result i32)
    (local $count i32)
    (loop $again
      (if (i32.gt_s (call $spawn (global.get $mode)) (i32.const 0))
        (then
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (br $again))))
    (local.get $count))
  (func $start_one_after_another (param $count i32)
    (local $i i32)
    (loop $again
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      ;; The host thread of the one before may still be on its way out: try until there is room.
      (loop $try (br_if $try (i32.le_s (call $spawn (global.get $mode)) (i32.const 0))))
      (call $wait_until_done (local.get $i))
      (br_if $again (i32.ne (local.get $i) (local.get $count)))))
  (func $is (param $letter i32) (result i32) (i32.eq (global.get $mode) (local.get $letter)))

  (func $poll_for_ever
    ;; One subscription at 1024: a monotonic clock, 2^63 ns away.
    (i32.store (i32.const 1040) (i32.const 1))
    (i64.store (i32.const 1048) (i64.const 0x7fffffffffffffff))
    (drop (call $poll_oneoff (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 4096))))

  (func (export "_start")
    (drop (call $args_get (i32.const 80) (i32.const 100)))
    (global.set $mode (i32.load8_u (i32.load (i32.const 84))))
    (if (call $is (i32.const 106)) (then ;; j
      (call $start_many (i32.const 4))
      (call $wait_until_done (i32.const 4))
      (call $proc_exit (i32.div_u (i32.atomic.load (i32.const 24)) (i32.const 1000)))))
    (if (call $is (i32.const 114)) (then (call $start_many (i32.const 1)) (return))) ;; r
    (if (call $is (i32.const 113)) (then (call $start_many (i32.const 1)) unreachable)) ;; q
    (if (call $is (i32.const 108)) (then (call $spin))) ;; l
    (if (call $is (i32.const 112)) (then (call $poll_for_ever))) ;; p
    (if (call $is (i32.const 109)) (then (call $proc_exit (call $start_all_there_are)))) ;; m
    (if (call $is (i32.const 103)) (then ;; g
      (call $start_many (i32.const 4))
      (call $wait_until_done (i32.const 4))
      (call $proc_exit (memory.size))))
    (if (call $is (i32.const 99)) (then ;; c
      (call $start_one_after_another (i32.const 2000))
      (return)))
    (call $start_many (i32.const 1))
    (call $wait_for_ever)))
