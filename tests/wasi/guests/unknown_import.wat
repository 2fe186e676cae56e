;; SPDX-License-Identifier: Apache-2.0
;; Imports what no host has.
(module
  (import "wasi_snapshot_preview1" "no_such_function" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")))
