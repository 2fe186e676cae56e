;; SPDX-License-Identifier: Apache-2.0
;; Found by --generator instructions: SIMDe 0.7.4 makes 2^31 of every number from 2^31 to 2^32.
(module
  (func (export "high") (result i32 i32 i32 i32)
    (local v128)
    (local.set 0 (i32x4.trunc_sat_f32x4_u (v128.const f32x4 2147483648 2147483904 4294967040 4294967296)))
    (i32x4.extract_lane 0 (local.get 0)) (i32x4.extract_lane 1 (local.get 0))
    (i32x4.extract_lane 2 (local.get 0)) (i32x4.extract_lane 3 (local.get 0)))
  (func (export "low") (result i32 i32 i32 i32)
    (local v128)
    (local.set 0 (i32x4.trunc_sat_f32x4_u (v128.const f32x4 2147483520 -1 nan -inf)))
    (i32x4.extract_lane 0 (local.get 0)) (i32x4.extract_lane 1 (local.get 0))
    (i32x4.extract_lane 2 (local.get 0)) (i32x4.extract_lane 3 (local.get 0)))
  (func (export "ends") (result i32 i32 i32 i32)
    (local v128)
    (local.set 0 (i32x4.trunc_sat_f32x4_u (v128.const f32x4 inf 0.99 -0.99 16777217)))
    (i32x4.extract_lane 0 (local.get 0)) (i32x4.extract_lane 1 (local.get 0))
    (i32x4.extract_lane 2 (local.get 0)) (i32x4.extract_lane 3 (local.get 0))))
