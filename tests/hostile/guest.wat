;; SPDX-License-Identifier: Apache-2.0
;; A program that means harm. The first letter of its first argument says which:
;;   i  pointers, iovecs and arrays of them that leave the memory or wrap
;;   p  paths that lead out of descriptor 3
;;   f  open descriptors until no more are given, and leave them open
;;   n  start threads until no more are given; let them end
;;   g  8 threads grow to the maximum at once, and write to what they get
;;   x  a thread recurses without end while the first one waits
;;   y  the first thread does
;;   t  8 threads trap at once
;;   e  8 threads exit at once
;; These end by themselves, without a thread left; the following never do:
;;   l  loop for ever
;;   w  9 threads wait for a notification that nobody sends
;;   h  wait in the host for ever
;;   b  8 threads grow to the maximum at once, write to it, and then loop for ever
;;   s  8 threads loop for ever; the first one returns
;; Exit status: 0; or of i and p, the number of the call that answered something else.
(module
  (import "env" "memory" (memory 2 65536 shared))
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_symlink"
    (func $path_symlink (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  ;; 16: threads that are done; 20: they may go; 64: never changes; 1024: results; 2048: an iovec
  (data (i32.const 4096) "../secret")
  (data (i32.const 4112) "/etc/passwd")
  (data (i32.const 4128) "link")
  (data (i32.const 4144) "f")
  (global $mode (mut i32) (i32.const 0))

  ;; ---- what threads do ------------------------------------------------------------------------

  (func $spin (loop $again (br $again)))
  (func $wait_for (param $address i32)
    (loop $again
      (if (i32.eqz (i32.atomic.load (local.get $address)))
        (then
          (drop (memory.atomic.wait32 (local.get $address) (i32.const 0) (i64.const -1)))
          (br $again)))))
  (func $deeper (param $n i32) (result i32)
    (i32.add (call $deeper (i32.add (local.get $n) (i32.const 1))) (local.get $n)))
  (func $grow_until_full
    (local $old i32)
    (loop $again
      (local.set $old (memory.grow (i32.const 1)))
      (if (i32.ne (local.get $old) (i32.const -1))
        (then
          (memory.fill (i32.shl (local.get $old) (i32.const 16)) (i32.const 1) (i32.const 65536))
          (br $again)))))

  (func (export "wasi_thread_start") (param $tid i32) (param $mode i32)
    (if (i32.eq (local.get $mode) (i32.const 110)) (then (call $wait_for (i32.const 20)))) ;; n
    (if (i32.eq (local.get $mode) (i32.const 119)) (then (call $wait_for (i32.const 64)))) ;; w
    (if (i32.eq (local.get $mode) (i32.const 103)) (then (call $grow_until_full))) ;; g
    (if (i32.eq (local.get $mode) (i32.const 98)) ;; b
      (then (call $grow_until_full) (call $spin)))
    (if (i32.eq (local.get $mode) (i32.const 115)) (then (call $spin))) ;; s
    (if (i32.eq (local.get $mode) (i32.const 120)) ;; x
      (then (drop (call $deeper (i32.const 0)))))
    (if (i32.eq (local.get $mode) (i32.const 116)) (then unreachable)) ;; t
    (if (i32.eq (local.get $mode) (i32.const 101)) (then (call $proc_exit (i32.const 0)))) ;; e
    (drop (i32.atomic.rmw.add (i32.const 16) (i32.const 1)))
    (drop (memory.atomic.notify (i32.const 16) (i32.const -1))))

  ;; ---- the first thread -----------------------------------------------------------------------

  (func $want (param $number i32) (param $wanted i32) (param $got i32)
    (if (i32.ne (local.get $wanted) (local.get $got))
      (then (call $proc_exit (local.get $number)))))
  (func $iovec (param $buffer i32) (param $length i32)
    (i32.store (i32.const 2048) (local.get $buffer))
    (i32.store (i32.const 2052) (local.get $length)))
  (func $write (param $iovs i32) (param $count i32) (result i32)
    (call $fd_write (i32.const 1) (local.get $iovs) (local.get $count) (i32.const 1024)))
  (func $write_one (result i32) (call $write (i32.const 2048) (i32.const 1)))

  ;; 21: FAULT. The memory has 0x20000 bytes.
  (func $pointers
    (call $want (i32.const 1) (i32.const 21) (call $write (i32.const 0xfffffff8) (i32.const 2)))
    (call $want (i32.const 2) (i32.const 21) (call $write (i32.const 8) (i32.const 0x20000000)))
    (call $want (i32.const 3) (i32.const 21) (call $write (i32.const 8) (i32.const 0x20000001)))
    (call $want (i32.const 4) (i32.const 21) (call $write (i32.const 0) (i32.const -1)))
    (call $want (i32.const 5) (i32.const 21) (call $write (i32.const 0x1fffc) (i32.const 1)))
    (call $iovec (i32.const 0xfffffff0) (i32.const 0x20))
    (call $want (i32.const 6) (i32.const 21) (call $write_one))
    (call $iovec (i32.const 0x1ffff) (i32.const 2))
    (call $want (i32.const 7) (i32.const 21) (call $write_one))
    (call $want (i32.const 8) (i32.const 21)
      (call $fd_read (i32.const 0) (i32.const 2048) (i32.const 1) (i32.const 1024)))
    (call $iovec (i32.const 0x80000000) (i32.const 0x80000000))
    (call $want (i32.const 9) (i32.const 21) (call $write_one))
    (call $iovec (i32.const 4096) (i32.const 1))
    (call $want (i32.const 10) (i32.const 21)
      (call $fd_write (i32.const 1) (i32.const 2048) (i32.const 1) (i32.const 0x1fffd)))
    (call $want (i32.const 11) (i32.const 21)
      (call $random_get (i32.const 0x1ffff) (i32.const 2)))
    (call $want (i32.const 12) (i32.const 21) (call $random_get (i32.const -1) (i32.const -1)))
    (call $want (i32.const 13) (i32.const 21)
      (call $poll_oneoff (i32.const 0xffffffd0) (i32.const 0) (i32.const 1) (i32.const 1024)))
    (call $want (i32.const 14) (i32.const 21)
      (call $poll_oneoff (i32.const 0) (i32.const 0xffffffe0) (i32.const 1) (i32.const 1024)))
    (call $want (i32.const 15) (i32.const 21) (call $open (i32.const -1) (i32.const 2)))
    (call $want (i32.const 16) (i32.const 21)
      (call $args_get (i32.const 0xfffffffc) (i32.const -1)))
    ;; After a grow the same bytes are the guest's.
    (call $want (i32.const 17) (i32.const 2) (memory.grow (i32.const 1)))
    (call $want (i32.const 18) (i32.const 0) (call $random_get (i32.const 0x1ffff) (i32.const 2)))
    (call $want (i32.const 19) (i32.const 21)
      (call $random_get (i32.const 0x2ffff) (i32.const 2))))

  (func $open (param $path i32) (param $length i32) (result i32)
    (call $path_open (i32.const 3) (i32.const 1) (local.get $path) (local.get $length)
      (i32.const 1) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 1024)))
  ;; 76: NOTCAPABLE.
  (func $paths
    (call $want (i32.const 1) (i32.const 76) (call $open (i32.const 4096) (i32.const 9)))
    (call $want (i32.const 2) (i32.const 76) (call $open (i32.const 4112) (i32.const 11)))
    (drop (call $path_symlink (i32.const 4096) (i32.const 9) (i32.const 3) (i32.const 4128)
      (i32.const 4)))
    (call $want (i32.const 3) (i32.const 76) (call $open (i32.const 4128) (i32.const 4))))
  ;; 33: MFILE.
  (func $descriptors
    (local $answer i32)
    (loop $again
      (local.set $answer (call $open (i32.const 4144) (i32.const 1)))
      (br_if $again (i32.eqz (local.get $answer))))
    (call $want (i32.const 1) (i32.const 33) (local.get $answer)))

  (func $start (param $count i32)
    (loop $again
      (if (i32.le_s (call $spawn (global.get $mode)) (i32.const 0)) (then unreachable))
      (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
  (func $start_all (result i32)
    (local $count i32)
    (loop $again
      (if (i32.gt_s (call $spawn (global.get $mode)) (i32.const 0))
        (then
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (br $again))))
    (local.get $count))
  (func $join (param $count i32)
    (local $seen i32)
    (loop $again
      (local.set $seen (i32.atomic.load (i32.const 16)))
      (if (i32.lt_u (local.get $seen) (local.get $count))
        (then
          (drop (memory.atomic.wait32 (i32.const 16) (local.get $seen) (i64.const -1)))
          (br $again)))))
  ;; Leaves the guest when the program ends.
  (func $yield_for_ever (loop $again (drop (call $yield)) (br $again)))
  (func $is (param $letter i32) (result i32) (i32.eq (global.get $mode) (local.get $letter)))

  (func (export "_start")
    (local $count i32)
    (drop (call $args_get (i32.const 80) (i32.const 100)))
    (global.set $mode (i32.load8_u (i32.load (i32.const 84))))
    (if (call $is (i32.const 105)) (then (call $pointers) (return))) ;; i
    (if (call $is (i32.const 112)) (then (call $paths) (return))) ;; p
    (if (call $is (i32.const 102)) (then (call $descriptors) (return))) ;; f
    (if (call $is (i32.const 110)) (then ;; n
      (local.set $count (call $start_all))
      (i32.atomic.store (i32.const 20) (i32.const 1))
      (drop (memory.atomic.notify (i32.const 20) (i32.const -1)))
      (call $join (local.get $count))
      (return)))
    (if (call $is (i32.const 103)) (then ;; g
      (call $start (i32.const 8)) (call $join (i32.const 8)) (return)))
    (if (call $is (i32.const 120)) (then (call $start (i32.const 1)) (call $yield_for_ever))) ;; x
    (if (call $is (i32.const 121)) (then (drop (call $deeper (i32.const 0))))) ;; y
    (if (i32.or (call $is (i32.const 116)) (call $is (i32.const 101))) (then ;; t, e
      (call $start (i32.const 8)) (call $yield_for_ever)))
    (if (call $is (i32.const 108)) (then (call $spin))) ;; l
    (if (call $is (i32.const 119)) (then ;; w
      (call $start (i32.const 8)) (call $wait_for (i32.const 64))))
    (if (call $is (i32.const 104)) (then ;; h: a monotonic clock, 2^63 ns away
      (i32.store (i32.const 3088) (i32.const 1))
      (i64.store (i32.const 3096) (i64.const 0x7fffffffffffffff))
      (drop (call $poll_oneoff (i32.const 3072) (i32.const 2048) (i32.const 1)
        (i32.const 1024)))))
    (if (call $is (i32.const 98)) (then (call $start (i32.const 8)) (call $spin))) ;; b
    (if (call $is (i32.const 115)) (then (call $start (i32.const 8)) (return))) ;; s
    unreachable))
