/* SPDX-License-Identifier: Apache-2.0
 *
 * No threads under WebAssembly: for modules with an ordinary memory, which engines without
 * wasi-threads run too. The compiler turns their atomics into plain accesses. With more than one
 * thread asked for, a workload says that no further thread can be started and ends with status 1.
 */
#include "guest/guest.h"

int platform_spawn(struct guest_thread *thread) {
  (void)thread;
  return -1;
}

void guest_wait(_Atomic uint32_t *word, uint32_t expected) {
  if (atomic_load(word) == expected) guest_fail("the only thread waits for another one");
}

void guest_wake(_Atomic uint32_t *word, uint32_t count) { (void)word, (void)count; }
