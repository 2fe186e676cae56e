(module
  (import "env" "memory" (memory 1 65536 shared))

  ;; phantom-page-loser
  ;; "a grow by two loses against a grow by one and fails, yet its second page can be read"

  (func (export "A_from_0") (param $edge i32) (param $near i32) (param $out i32)
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
    ;; 0: a = grow 2
    i32.const 2
    memory.grow
    i64.extend_i32_s
    local.set $a
    (i64.store offset=8 (local.get $out) (local.get $a))
  )

  (func (export "B_from_0") (param $edge i32) (param $near i32) (param $out i32)
    (param $target i32) (param $skew i32) (local $seen i32) (local $turns i32)
    (local $woken i32)
    (local $b i64)
    (local $r i64)
    (local.set $b (i64.const -272))
    (local.set $r (i64.const -272))
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
    ;; 1: r = load m
    (i32.store (local.get $out) (i32.const 1))
    local.get $edge
    i32.load offset=65536 align=1
    i64.extend_i32_u
    local.set $r
    (i64.store offset=16 (local.get $out) (local.get $r))
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
