;; SPDX-License-Identifier: Apache-2.0
;; A module, but no command.
(module (memory (export "memory") 1) (func (export "start")))
