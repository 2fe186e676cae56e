/* SPDX-License-Identifier: Apache-2.0 */
/* harness/litmus/json.h: a litmus run as JSON, every row of its histogram included. */
#ifndef TM_HARNESS_LITMUS_JSON_H
#define TM_HARNESS_LITMUS_JSON_H

#include "harness/litmus/run.h"

#include <cjson/cJSON.h>

/* {"test","strategy","delayed","mode","seed","rounds","witnesses","observation","forbidden","weak",
 * "sc","rounds_per_second",…,"rows":[{"values":{…},"count","grade","witness"}]}. */
cJSON *tm_run_json(const struct tm_litmus *test, const struct tm_run_options *options,
                   const struct tm_run *run);

/* "Never", "Sometimes" or "Always". */
const char *tm_run_observation(const struct tm_run *run);

#endif
