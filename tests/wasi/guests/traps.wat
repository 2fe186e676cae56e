;; SPDX-License-Identifier: Apache-2.0
;; Prints "before", then traps in the way that the first letter of its first argument names.
(module
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1 2)
  (table 4 8 funcref)
  (elem (i32.const 0) $nothing $deeper)
  (type $void (func))
  (type $takes_one (func (param i32)))
  (data (i32.const 100) "before\n")

  (func $nothing)
  (func $deeper (param $n i32) (result i32)
    (i32.add (call $deeper (i32.add (local.get $n) (i32.const 1))) (local.get $n)))

  (func $give_up unreachable)
  (func $load_beyond (drop (i32.load (i32.const 65533))))
  (func $store_far_beyond (i32.store offset=0xffffffff (i32.const 0xffffffff) (i32.const 1)))
  (func $fill_beyond (memory.fill (i32.const 65000) (i32.const 1) (i32.const 1000)))
  (func $divide (param $by i32) (drop (i32.div_s (i32.const 0x80000000) (local.get $by))))
  (func $convert (drop (i32.trunc_f64_s (f64.const nan))))
  (func $convert_large (drop (i32.trunc_f64_s (f64.const 1e30))))
  (func $call_beyond (call_indirect (type $void) (i32.const 4)))
  (func $call_null (call_indirect (type $void) (i32.const 2)))
  (func $call_other_type (call_indirect (type $takes_one) (i32.const 7) (i32.const 0)))
  (func $table_beyond (drop (table.get 0 (i32.const 4))))
  (func $recurse (drop (call $deeper (i32.const 0))))
  (func $add_unaligned (drop (i32.atomic.rmw.add (i32.const 2) (i32.const 1))))
  (func $wait_unshared
    (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0))))

  (func $say_before
    (i32.store (i32.const 0) (i32.const 100))
    (i32.store (i32.const 4) (i32.const 7))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))

  (func (export "_start")
    (local $c i32)
    (call $say_before)
    (drop (call $args_get (i32.const 16) (i32.const 200)))
    (local.set $c (i32.load8_u (i32.load (i32.const 20))))
    (if (i32.eq (local.get $c) (i32.const 117)) (then (call $give_up))) ;; u
    (if (i32.eq (local.get $c) (i32.const 108)) (then (call $load_beyond))) ;; l
    (if (i32.eq (local.get $c) (i32.const 102)) (then (call $store_far_beyond))) ;; f
    (if (i32.eq (local.get $c) (i32.const 109)) (then (call $fill_beyond))) ;; m
    (if (i32.eq (local.get $c) (i32.const 122)) (then (call $divide (i32.const 0)))) ;; z
    (if (i32.eq (local.get $c) (i32.const 118)) (then (call $divide (i32.const -1)))) ;; v
    (if (i32.eq (local.get $c) (i32.const 99)) (then (call $convert))) ;; c
    (if (i32.eq (local.get $c) (i32.const 100)) (then (call $convert_large))) ;; d
    (if (i32.eq (local.get $c) (i32.const 98)) (then (call $call_beyond))) ;; b
    (if (i32.eq (local.get $c) (i32.const 110)) (then (call $call_null))) ;; n
    (if (i32.eq (local.get $c) (i32.const 121)) (then (call $call_other_type))) ;; y
    (if (i32.eq (local.get $c) (i32.const 116)) (then (call $table_beyond))) ;; t
    (if (i32.eq (local.get $c) (i32.const 115)) (then (call $recurse))) ;; s
    (if (i32.eq (local.get $c) (i32.const 97)) (then (call $add_unaligned))) ;; a
    (if (i32.eq (local.get $c) (i32.const 119)) (then (call $wait_unshared))) ;; w
    (call $proc_exit (i32.const 99))))
