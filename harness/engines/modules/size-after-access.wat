;; SPDX-License-Identifier: Apache-2.0
;; size-after-access: G ∥ r=load n; s=size. Columns: g (thread 0), r, s (thread 1).
;; The interface is described in ../module.h.
(module
  (import "env" "memory" (memory 2 65536 shared))
  (func (export "barrier") (param $target i32) (local $seen i32) (local $spins i32)
    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
    (block $go (loop $spin
      (br_if $go (i32.ge_s (local.tee $seen (i32.atomic.load (i32.const 0))) (local.get $target)))
      (br_if $spin (i32.lt_u (local.tee $spins (i32.add (local.get $spins) (i32.const 1))) (i32.const 1000)))
      (drop (memory.atomic.wait32 (i32.const 0) (local.get $seen) (i64.const 20000)))
      (br $spin))))

  (func (export "thread0") (param $page i32) (param $from i32) (param $target i32) (param $skew i32)
    (local $seen i32) (local $spins i32) (local $g i32)
    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
    (block $go (loop $spin
      (br_if $go (i32.ge_s (local.tee $seen (i32.atomic.load (i32.const 0))) (local.get $target)))
      (br_if $spin (i32.lt_u (local.tee $spins (i32.add (local.get $spins) (i32.const 1))) (i32.const 1000)))
      (drop (memory.atomic.wait32 (i32.const 0) (local.get $seen) (i64.const 20000)))
      (br $spin)))
    (block $met (loop $wait
      (br_if $met (i32.eqz (local.get $skew)))
      (local.set $skew (i32.sub (local.get $skew) (i32.const 1)))
      (br $wait)))
    ;; g = grow 1
    (local.set $g (memory.grow (i32.const 1)))
    (i64.store (i32.const 4104)
      (select (i64.const -1)
        (i64.extend_i32_s (i32.sub (local.get $g) (local.get $page)))
        (i32.eq (local.get $g) (i32.const -1))))
    (i32.store (i32.const 4096) (i32.const 1)))

  (func (export "thread1") (param $page i32) (param $from i32) (param $target i32) (param $skew i32)
    (local $seen i32) (local $spins i32) (local $at i32) (local $r i32) (local $s i32)
    (local.set $at (i32.shl (local.get $page) (i32.const 16)))
    (block $step1 (block $step0 (block $start
      (br_table $start $step0 $step1 (local.get $from)))
      (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
      (block $go (loop $spin
        (br_if $go (i32.ge_s (local.tee $seen (i32.atomic.load (i32.const 0))) (local.get $target)))
        (br_if $spin (i32.lt_u (local.tee $spins (i32.add (local.get $spins) (i32.const 1))) (i32.const 1000)))
        (drop (memory.atomic.wait32 (i32.const 0) (local.get $seen) (i64.const 20000)))
        (br $spin)))
      (block $met (loop $wait
        (br_if $met (i32.eqz (local.get $skew)))
        (local.set $skew (i32.sub (local.get $skew) (i32.const 1)))
        (br $wait)))
      (i32.store (i32.const 4160) (i32.const 2)))
      ;; step 0: r = load n
      (i32.store (i32.const 2112) (i32.const 0))
      (local.set $r (i32.load (i32.add (local.get $at) (i32.const 65536))))
      (local.set $s (memory.size))
      (i64.store (i32.const 4168) (i64.extend_i32_u (local.get $r)))
      (i32.store (i32.const 4160) (i32.const 1))
      (i64.store (i32.const 4232) (i64.extend_i32_s (i32.sub (local.get $s) (local.get $page))))
      (i32.store (i32.const 4224) (i32.const 1))
      (return))
    ;; step 1, after a trap: s = size
    (local.set $s (memory.size))
    (i64.store (i32.const 4232) (i64.extend_i32_s (i32.sub (local.get $s) (local.get $page))))
    (i32.store (i32.const 4224) (i32.const 1))))
