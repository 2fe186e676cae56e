/* SPDX-License-Identifier: Apache-2.0 */
/* The machine record: put together from system.c's facts; classes and their differences. */
#include "harness/store/machine.h"

#include "core/error.h"
#include "harness/store/system.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void warn(cJSON *warnings, const char *id, const char *text) {
  cJSON *w = cJSON_CreateObject();
  cJSON_AddStringToObject(w, "id", id);
  cJSON_AddStringToObject(w, "text", text);
  cJSON_AddItemToArray(warnings, w);
}

static bool is(const cJSON *object, const char *key, const char *text) {
  const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
  return value && !strcmp(value, text);
}

static double number(const cJSON *object, const char *key) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
  return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static void warn_processor(const cJSON *c, cJSON *w) {
  if (is(c, "governor", "unknown"))
    warn(w, "governor",
         "The frequency governor cannot be read: the clock may change during a run.");
  else if (!is(c, "governor", "performance"))
    warn(w, "governor",
         "The frequency governor is not 'performance': the clock follows the load; set it with "
         "'cpupower frequency-set -g performance'.");
  if (is(c, "turbo", "on"))
    warn(w, "turbo", "Turbo is on: the clock depends on temperature and on how many cores work.");
  if (is(c, "smt", "on"))
    warn(w, "smt", "SMT is on: threads on one core share it, so their speed depends on placement.");
  if (!is(c, "clocksource", "tsc") && is(c, "architecture", "x86_64"))
    warn(w, "clocksource", "The clock source is not the TSC: reading the time is slow or coarse.");
  if (!is(c, "virtualisation", "none") && !is(c, "virtualisation", "unknown"))
    warn(w, "virtualisation",
         "This is a virtual machine: page faults, protection changes and interrupts between "
         "processors cost more than on bare metal, and neighbours take time unseen.");
  if (number(c, "usable_cpus") < 4)
    warn(w, "cpus", "Fewer than 4 processors are usable: growers and readers compete for them.");
}

static void warn_limits(const cJSON *c, const cJSON *d, cJSON *w) {
  if (cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(c, "cgroup_cpus")))
    warn(w, "quota", "A CPU quota is set: the kernel stops the process when it is used up.");
  if (!is(c, "membarrier", "private expedited"))
    warn(w, "membarrier",
         "membarrier's private expedited command is missing: strategies that need "
         "it cannot run or fall back to signals.");
  if (is(c, "huge_pages", "always"))
    warn(w, "huge_pages",
         "Transparent huge pages are 'always': first-touch cost depends on luck; "
         "'madvise' is steadier.");
  if (!is(d, "counters", "available"))
    warn(w, "counters",
         "Hardware counters cannot be read: instruction counts come from callgrind.");
  if (number(d, "load_1min") > 0.5)
    warn(w, "load", "Other work was running when the run began: expect wider intervals.");
  if (number(d, "steal_percent") > 0.5)
    warn(w, "steal", "The hypervisor has taken time from this machine since it booted.");
  if (number(d, "swap_used_mib") > 0)
    warn(w, "swap", "Swap is in use: a touched page may come from the disk.");
}

static void warn_build(const cJSON *c, cJSON *w) {
  if (!is(c, "build_type", "Release"))
    warn(w, "build", "This is not a Release build: its times say nothing about one.");
  if (!is(c, "sanitizer", "none"))
    warn(w, "sanitizer", "This build has sanitizers: its times say nothing about one without.");
}

cJSON *tm_machine_record(const char *root) {
  cJSON *record = cJSON_CreateObject();
  cJSON *class = cJSON_AddObjectToObject(record, "class");
  cJSON *detail = cJSON_AddObjectToObject(record, "detail");
  cJSON *warnings = cJSON_AddArrayToObject(record, "warnings");
  if (!warnings) tm_no_memory("what was asked");
  tm_system_processor(root, class, detail);
  tm_system_kernel(root, class, detail);
  tm_system_limits(root, class, detail);
  tm_system_build(class, detail);
  warn_processor(class, warnings);
  warn_limits(class, detail, warnings);
  warn_build(class, warnings);
  return record;
}

void tm_machine_class(const cJSON *record, char hex[TM_SHA256_HEX]) {
  char *text = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(record, "class"));
  tm_sha256_bytes(text ? text : "", text ? strlen(text) : 0, hex);
  free(text);
}

/* Append "name: a / b; " to text, long values cut. */
static void describe(const char *name, const cJSON *a, const cJSON *b, char *text, size_t size) {
  char *x = cJSON_PrintUnformatted(a), *y = cJSON_PrintUnformatted(b);
  size_t at = strlen(text);
  snprintf(text + at, size - at, "%s%s: %.60s / %.60s", at ? "; " : "", name, x ? x : "missing",
           y ? y : "missing");
  free(x);
  free(y);
}

void tm_machine_difference(const cJSON *a, const cJSON *b, char *text, size_t size) {
  const cJSON *one = cJSON_GetObjectItemCaseSensitive(a, "class"), *item;
  const cJSON *two = cJSON_GetObjectItemCaseSensitive(b, "class");
  text[0] = '\0';
  cJSON_ArrayForEach(item, one) {
    const cJSON *other = cJSON_GetObjectItemCaseSensitive(two, item->string);
    if (!cJSON_Compare(item, other, true)) describe(item->string, item, other, text, size);
  }
  cJSON_ArrayForEach(item, two) {
    if (!cJSON_GetObjectItemCaseSensitive(one, item->string))
      describe(item->string, NULL, item, text, size);
  }
}
