/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engines/job.h"

#include <cjson/cJSON.h>

char *tm_job_json(const struct tm_job *job, bool with_wasm) {
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "name", job->name);
  cJSON_AddNumberToObject(o, "threads", job->threads);
  cJSON_AddNumberToObject(o, "columns", job->columns);
  cJSON_AddNumberToObject(o, "initial", (double)job->initial);
  cJSON_AddNumberToObject(o, "maximum", (double)job->maximum);
  cJSON_AddNumberToObject(o, "stride", job->stride);
  cJSON_AddNumberToObject(o, "skew", job->skew);
  if (job->retry) {
    cJSON *retry = cJSON_AddObjectToObject(o, "retry");
    cJSON_AddNumberToObject(retry, "thread", job->retry_thread);
    cJSON_AddNumberToObject(retry, "step", job->retry_step);
    cJSON_AddNumberToObject(retry, "tries", job->retry_tries);
  } else {
    cJSON_AddNullToObject(o, "retry");
  }
  cJSON *batches = cJSON_AddArrayToObject(o, "batches");
  for (unsigned i = 0; i < job->batches; i++) {
    cJSON *batch = cJSON_CreateObject();
    cJSON_AddStringToObject(batch, "phase", job->batch[i].phase);
    cJSON_AddNumberToObject(batch, "rounds", job->batch[i].rounds);
    cJSON_AddItemToArray(batches, batch);
  }
  if (with_wasm) {
    cJSON *wasm = cJSON_AddArrayToObject(o, "wasm");
    for (size_t i = 0; i < job->wasm_bytes; i++)
      cJSON_AddItemToArray(wasm, cJSON_CreateNumber(job->wasm[i]));
  }
  char *text = cJSON_PrintUnformatted(o);
  cJSON_Delete(o);
  return text;
}
