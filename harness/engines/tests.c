/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engines/tests.h"

#include "harness/engines/engine.h"

#include <stdio.h>

static const struct tm_engine_test tests[] = {
    {.name = "grow-flag-size",
     .columns = "g r s",
     .witness = "1 1 1",
     .forbidden = true,
     .job = {.threads = 2, .columns = 3, .initial = 2, .maximum = 65536, .stride = 1}},
    {.name = "size-after-access",
     .columns = "g r s",
     .witness = "1 0 1",
     .job = {.threads = 2,
             .columns = 3,
             .initial = 2,
             .maximum = 65536,
             .stride = 1,
             .may_trap = true,
             .retry = true,
             .retry_thread = 1,
             .retry_tries = 1000}},
};

const struct tm_engine_test *tm_engine_tests(size_t *count) {
  *count = sizeof tests / sizeof *tests;
  return tests;
}

struct tm_job tm_engine_test_job(const struct tm_engine_test *test, unsigned rounds) {
  struct tm_job job = test->job;
  char file[96];
  snprintf(file, sizeof file, "%s.wasm", test->name);
  job.name = test->name;
  job.wasm = tm_engine_file(file, &job.wasm_bytes);
  job.batches = 3;
  job.batch[0] = (struct tm_job_batch){"cold", rounds};
  job.batch[1] = job.batch[2] = (struct tm_job_batch){"warm", rounds};
  return job;
}
