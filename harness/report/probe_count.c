/* SPDX-License-Identifier: Apache-2.0 */
/* How many instructions the probe's loops retire: by perf events, or, for callgrind, between marks.
 */
#include "harness/report/probe_private.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *const tm_probe_counted[TM_PROBE_COUNTED] = {"load-sequential", "store-sequential",
                                                        "load-atomic", "size", "poll"};

void tm_probe_count_mark(void) { __asm__ volatile("" ::: "memory"); }

static int open_counter(void) {
  struct perf_event_attr a;
  memset(&a, 0, sizeof a);
  a.type = PERF_TYPE_HARDWARE;
  a.size = sizeof a;
  a.config = PERF_COUNT_HW_INSTRUCTIONS;
  a.disabled = 1;
  a.exclude_kernel = 1;
  a.exclude_hv = 1;
  return (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* Instructions of one call; -1 where nothing counts them. */
static int count_call(struct tm_probe *p, struct tm_instance *instance, const char *loop,
                      unsigned turns, int fd, double *instructions) {
  uint64_t value = 0;
  tm_probe_count_mark();
  if (fd >= 0) ioctl(fd, PERF_EVENT_IOC_RESET, 0);
  if (fd >= 0) ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
  int64_t done = tm_probe_call(instance, loop, turns);
  if (fd >= 0) ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
  if (fd >= 0 && read(fd, &value, sizeof value) != sizeof value) value = 0;
  *instructions = value ? (double)value : -1;
  return done < 0 ? tm_fail(p->error, -EIO, "%s traps under %s", loop, p->strategy->name) : 0;
}

static int count_loops(struct tm_probe *p, struct tm_instance *instance, unsigned turns,
                       double each[TM_PROBE_COUNTED]) {
  int result = 0, fd = open_counter();
  for (int i = 0; i < TM_PROBE_COUNTED && !result; i++) {
    const char *loop = tm_probe_counted[i];
    double one, all;
    tm_probe_call(instance, loop, 1); /* what happens only once */
    result = count_call(p, instance, loop, 1, fd, &one);
    if (!result) result = count_call(p, instance, loop, turns, fd, &all);
    if (!result) each[i] = one < 0 || all < one ? -1 : (all - one) / (turns - 1);
    tm_probe_count_mark();
  }
  if (fd >= 0) close(fd);
  return result;
}

int tm_probe_count(const struct tm_strategy *strategy, unsigned turns,
                   double each[TM_PROBE_COUNTED], struct tm_error *error) {
  struct tm_probe p = {.strategy = strategy, .error = error};
  struct tm_probe_bed bed;
  struct tm_instance *instance = NULL;
  int result = tm_probe_load(&p);
  if (result) return result;
  result = tm_probe_bed_open(&p, 1, &bed);
  if (!result) {
    tm_linear_park(bed.memory, tm_probe_view(&bed, 0));
    result = tm_probe_instance(&p, &bed, &instance);
    if (!result) result = count_loops(&p, instance, turns, each);
    if (instance) tm_instance_free(instance);
    tm_linear_unpark(bed.memory, tm_probe_view(&bed, 0));
    tm_probe_bed_close(&bed);
  }
  tm_module_free(p.module);
  return result;
}
