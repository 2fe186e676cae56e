;; SPDX-License-Identifier: Apache-2.0
;; What `tidemark bench --layouts` times: the fields of a module, without its memory, which layouts.c
;; puts before them. A loop of n turns with one operation each. In the "leaf" loops the operation is
;; in a function of its own, which looks the memory's definition up anew: the dearest case for a
;; layout with a pointer. In the others the loop's function has looked it up once. "read" and
;; "length" are called in thousands of instances by layouts_cold.c.
(func $load (export "read") (param i32) (result i32) (i32.load (local.get 0)))
(func $store (param i32 i32) (i32.store (local.get 0) (local.get 1)))
(func $size (result i32) (memory.size))
(func (export "length") (param i32) (result i32) (memory.size))
(func (export "load") (param $n i32) (result i32) (local $sum i32)
  (loop $again
    (local.set $sum (i32.add (local.get $sum)
      (i32.load (i32.and (i32.shl (local.get $n) (i32.const 2)) (i32.const 0x7ffc)))))
    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (i32.and (local.get $sum) (i32.const 0x7fffffff)))
(func (export "store") (param $n i32) (result i32)
  (loop $again
    (i32.store (i32.and (i32.shl (local.get $n) (i32.const 2)) (i32.const 0x7ffc)) (local.get $n))
    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (i32.const 0))
(func (export "size") (param $n i32) (result i32) (local $sum i32)
  (loop $again
    (local.set $sum (i32.add (local.get $sum) (memory.size)))
    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (i32.and (local.get $sum) (i32.const 0x7fffffff)))
(func (export "leaf-load") (param $n i32) (result i32) (local $sum i32)
  (loop $again
    (local.set $sum (i32.add (local.get $sum)
      (call $load (i32.and (i32.shl (local.get $n) (i32.const 2)) (i32.const 0x7ffc)))))
    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (i32.and (local.get $sum) (i32.const 0x7fffffff)))
(func (export "leaf-store") (param $n i32) (result i32)
  (loop $again
    (call $store (i32.and (i32.shl (local.get $n) (i32.const 2)) (i32.const 0x7ffc)) (local.get $n))
    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (i32.const 0))
(func (export "leaf-size") (param $n i32) (result i32) (local $sum i32)
  (loop $again
    (local.set $sum (i32.add (local.get $sum) (call $size)))
    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (i32.and (local.get $sum) (i32.const 0x7fffffff)))
