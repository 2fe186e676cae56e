/* SPDX-License-Identifier: Apache-2.0 */
/* harness/report/counters.h: what the system counts beside a measurement.
 *
 * Page faults and context switches of this process, from getrusage; interrupts by which processors
 * make each other flush translations, call functions and reschedule, from /proc/interrupts, which
 * are the whole machine's. Newer kernels count the first kind among the second, too.
 *
 *     double before[TM_COUNTERS], sum[TM_COUNTERS] = {0};
 *     tm_counters(before);
 *     …
 *     tm_counters_add(sum, before);       // may be done again: differences are summed up
 */
#ifndef TM_HARNESS_REPORT_COUNTERS_H
#define TM_HARNESS_REPORT_COUNTERS_H

#include <sys/resource.h>

enum { TM_COUNTERS = 6 };
struct tm_counter {
  const char *metric, *unit;
};
extern const struct tm_counter tm_counter[TM_COUNTERS];
#define TM_COUNTERS_SOURCE "getrusage, /proc/interrupts"

/* -1 where the machine does not count something. */
void tm_counters(double now[TM_COUNTERS]);
void tm_counters_add(double sum[TM_COUNTERS], const double before[TM_COUNTERS]);
/* Take faults and switches from the usage of another process that has ended. */
void tm_counters_of(double sum[TM_COUNTERS], const struct rusage *usage);

#endif
