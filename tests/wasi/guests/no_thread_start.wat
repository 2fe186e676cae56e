;; SPDX-License-Identifier: Apache-2.0
;; Wants threads, but has nothing for them to do.
(module
  (import "env" "memory" (memory 1 2 shared))
  (import "wasi" "thread-spawn" (func (param i32) (result i32)))
  (func (export "_start")))
