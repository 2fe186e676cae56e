(module
  (import "env" "memory" (memory 1 65536 shared))

  ;; wrc-size-size
  ;; "the grow is known by memory.size and passed on by an atomic flag; the size is still the old one"

  (func (export "A_from_0") (param $edge i32) (param $near i32) (param $out i32)
    (param $target i32) (param $skew i32) (local $seen i32) (local $turns i32)
    (local $woken i32)
    (local $g i64)
    (local.set $g (i64.const -272))
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
    ;; 0: g = grow 1
    i32.const 1
    memory.grow
    i64.extend_i32_s
    local.set $g
    (i64.store offset=8 (local.get $out) (local.get $g))
  )

  (func (export "B_from_0") (param $edge i32) (param $near i32) (param $out i32)
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
    ;; 0: a = size
    memory.size
    i64.extend_i32_u
    local.set $a
    (i64.store offset=8 (local.get $out) (local.get $a))
    ;; 1: if a = 2
    (if (i64.eq (local.get $a) (i64.add (i64.const 1) (i64.extend_i32_u (i32.shr_u (local.get $edge) (i32.const 16))))) (then
      ;; 2: store@ f 1
      (i32.store (local.get $out) (i32.const 2))
      local.get $near
      i32.const 1
      i32.atomic.store offset=192
    (drop (memory.atomic.notify (i32.add (local.get $near) (i32.const 192)) (i32.const -1)))
    ))
  )

  (func (export "C_from_0") (param $edge i32) (param $near i32) (param $out i32)
    (param $target i32) (param $skew i32) (local $seen i32) (local $turns i32)
    (local $woken i32)
    (local $b i64)
    (local $s i64)
    (local.set $b (i64.const -272))
    (local.set $s (i64.const -272))
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
    (local.set $turns (i32.const 0))
    (if (i32.eq (i32.shr_u (local.get $skew) (i32.const 16)) (i32.const 1)) (then
      (block $there (loop $again
        (br_if $there (i32.eq (i32.const 1) (i32.atomic.load (i32.add (local.get $near) (i32.const 192)))))
        (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
        (br_if $again (i32.lt_u (local.get $turns) (i32.const 20000)))))))
    (if (i32.eq (i32.shr_u (local.get $skew) (i32.const 16)) (i32.const 2)) (then
      (drop (memory.atomic.wait32 (i32.add (local.get $near) (i32.const 192))
                                  (i32.const 0) (i64.const 2000000)))))
    ;; 0: b = load@ f
    (i32.store (local.get $out) (i32.const 0))
    local.get $near
    i32.atomic.load offset=192
    i64.extend_i32_u
    local.set $b
    (i64.store offset=8 (local.get $out) (local.get $b))
    ;; 1: s = size
    memory.size
    i64.extend_i32_u
    local.set $s
    (i64.store offset=16 (local.get $out) (local.get $s))
  )

  (func (export "C_from_1") (param $edge i32) (param $near i32) (param $out i32)
    (local $woken i32)
    (local $b i64)
    (local $s i64)
    (local.set $b (i64.load offset=8 (local.get $out)))
    (local.set $s (i64.load offset=16 (local.get $out)))
    ;; 1: s = size
    memory.size
    i64.extend_i32_u
    local.set $s
    (i64.store offset=16 (local.get $out) (local.get $s))
  )

  (func (export "meet") (param $target i32)
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
)
