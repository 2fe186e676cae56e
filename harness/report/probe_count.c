/* SPDX-License-Identifier: Apache-2.0 */
/* How many instructions a loop of loads retires, by perf events. */
#include "harness/report/probe_private.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

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

static int count_loop(struct tm_probe *p, struct tm_instance *instance, unsigned turns,
                      double *instructions) {
  uint64_t value = 0;
  int fd = open_counter();
  tm_probe_call(instance, "load-sequential", 1); /* what happens only once */
  if (fd >= 0) ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
  int64_t done = tm_probe_call(instance, "load-sequential", turns);
  if (fd >= 0) ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
  if (fd >= 0 && read(fd, &value, sizeof value) != sizeof value) value = 0;
  if (fd >= 0) close(fd);
  *instructions = value ? (double)value : -1;
  return done < 0 ? tm_fail(p->error, -EIO, "the probe traps under %s", p->strategy->name) : 0;
}

int tm_probe_count(const struct tm_strategy *strategy, unsigned turns, double *instructions,
                   struct tm_error *error) {
  struct tm_probe p = {.strategy = strategy, .error = error};
  struct tm_probe_bed bed;
  struct tm_instance *instance = NULL;
  int result = tm_probe_load(&p);
  if (result) return result;
  result = tm_probe_bed_open(&p, 1, &bed);
  if (!result) {
    tm_linear_park(bed.memory, tm_probe_view(&bed, 0));
    result = tm_probe_instance(&p, &bed, &instance);
    if (!result) result = count_loop(&p, instance, turns, instructions);
    if (instance) tm_instance_free(instance);
    tm_linear_unpark(bed.memory, tm_probe_view(&bed, 0));
    tm_probe_bed_close(&bed);
  }
  tm_module_free(p.module);
  return result;
}
