;; SPDX-License-Identifier: Apache-2.0
;; Preview 0, whose calls differ.
(module
  (import "wasi_unstable" "proc_exit" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")))
