/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of litmus tests. */
#include "tests/fuzz/targets/target.h"

#include "harness/litmus/litmus.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct tm_error error = {0};
  struct tm_litmus *test = tm_litmus_parse("fuzz", (const char *)bytes, size, &error);
  if (!test && !error.text[0]) abort();
  tm_litmus_free(test);
  return 0;
}
