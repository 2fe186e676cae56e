/* SPDX-License-Identifier: Apache-2.0 */
/* Paths, pointers and whatever else a guest hands to WASI: calls made of the bytes. */
#include "tests/fuzz/targets/target.h"

#include "tests/wasi/calls.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct tm_wasi_options options = tm_wasi_options();
  options.stdio[0] = options.stdio[1] = options.stdio[2] = -1;
  struct guest *g = guest_new(options);
  host_symlink(g, "..", "inside/up");
  host_symlink(g, "../outside", "inside/link");
  run_calls(g, bytes, size);
  check_outside(g);
  guest_free(g);
  return 0;
}
