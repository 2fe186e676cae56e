;; SPDX-License-Identifier: Apache-2.0
;; What `tidemark bench` times: loops of n turns with one operation each, and eight accesses to count.
(module
  (import "env" "memory" (memory 1 65536 shared))
  (func (export "load-sequential") (param $n i32) (result i32) (local $s i32)
    (loop $l
      (local.set $s (i32.add (local.get $s)
        (i32.load (i32.and (i32.shl (local.get $n) (i32.const 2)) (i32.const 0x7ffc)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  (func (export "load-random") (param $n i32) (result i32) (local $s i32) (local $x i32)
    (local.set $x (i32.const 1))
    (loop $l
      (local.set $x (i32.add (i32.mul (local.get $x) (i32.const 1664525)) (i32.const 1013904223)))
      (local.set $s (i32.add (local.get $s)
        (i32.load (i32.and (i32.shr_u (local.get $x) (i32.const 15)) (i32.const 0x7ffc)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  (func (export "load-dependent") (param $n i32) (result i32) (local $at i32)
    (loop $l
      (local.set $at (i32.load (local.get $at)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $at))
  (func (export "store-sequential") (param $n i32) (result i32)
    (loop $l
      (i32.store (i32.add (i32.const 0x8000)
          (i32.and (i32.shl (local.get $n) (i32.const 2)) (i32.const 0x7ffc)))
        (local.get $n))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.const 0))
  (func (export "load-bytes") (param $n i32) (result i32) (local $s i32)
    (loop $l
      (local.set $s (i32.add (local.get $s)
        (i32.load8_u (i32.and (local.get $n) (i32.const 0x7fff)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  (func (export "load-atomic") (param $n i32) (result i32) (local $s i32)
    (loop $l
      (local.set $s (i32.add (local.get $s)
        (i32.atomic.load (i32.and (i32.shl (local.get $n) (i32.const 2)) (i32.const 0x7ffc)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  (func (export "size") (param $n i32) (result i32) (local $s i32)
    (loop $l
      (local.set $s (i32.add (local.get $s) (memory.size)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.and (local.get $s) (i32.const 0x7fffffff)))
  ;; nothing but the back-edge, where a strategy may poll; arithmetic keeps it
  (func (export "poll") (param $n i32) (result i32) (local $x i32)
    (loop $l
      (local.set $x (i32.add (i32.mul (local.get $x) (local.get $x)) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.and (local.get $x) (i32.const 0x7fffffff)))
  ;; one access: a stale copy is refreshed there
  (func (export "read") (param $at i32) (result i32)
    (i32.and (i32.load (local.get $at)) (i32.const 0x7fffffff)))
  ;; spin until the size passes $than; 0 if it does not
  (func (export "await") (param $than i32) (result i32) (local $left i32)
    (local.set $left (i32.const 20000000))
    (loop $l
      (if (i32.gt_u (memory.size) (local.get $than)) (then (return (i32.const 1))))
      (br_if $l (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (i32.const 0))
  ;; memory.size; beyond $old, plus a zero of the last page
  (func (export "follow") (param $old i32) (result i32) (local $n i32)
    (local.set $n (memory.size))
    (if (result i32) (i32.gt_u (local.get $n) (local.get $old))
      (then (i32.add (local.get $n)
        (i32.load (i32.shl (i32.sub (local.get $n) (i32.const 1)) (i32.const 16)))))
      (else (local.get $n))))
  (func (export "eight") (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (i32.load (local.get 0)) (i32.load (local.get 1)) (i32.load (local.get 2))
    (i32.load (local.get 3)) (i32.load (local.get 4)) (i32.load (local.get 5))
    (i32.load (local.get 6)) (i32.load (local.get 7))
    i32.add i32.add i32.add i32.add i32.add i32.add i32.add))
