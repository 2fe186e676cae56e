;; SPDX-License-Identifier: Apache-2.0
;; Wants threads without a memory they could share.
(module
  (import "wasi" "thread-spawn" (func (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start"))
  (func (export "wasi_thread_start") (param i32 i32)))
