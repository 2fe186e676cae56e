/* SPDX-License-Identifier: Apache-2.0 */
/* harness/cli/probe.h: what a strategy's hot half compiles to, from probes inside this program.
 *
 * For every strategy the program holds a few tiny functions (probe.c.in) that are never called;
 * objdump takes them apart.
 *
 *     struct tm_probe load;
 *     if (tm_probe_read("guard", "load", &load, &error) == 0) { puts(load.text); ... }
 *     tm_probe_free(&load);
 */
#ifndef TM_HARNESS_CLI_PROBE_H
#define TM_HARNESS_CLI_PROBE_H

#include "core/error.h"

struct tm_probe {
  char *text;            /* one instruction a line, indented */
  unsigned bytes;        /* of the whole function */
  unsigned instructions; /* up to the first return: what runs when every check passes */
  unsigned loads;        /* of these, how many read memory */
  unsigned calls;        /* of these, how many call a function */
};

/* `name`: load (one i32.load), one and five (accesses), size, poll, sync. 0 or -errno with a
 * sentence: -ENOENT without objdump. */
int tm_probe_read(const char *strategy, const char *name, struct tm_probe *probe,
                  struct tm_error *error);
void tm_probe_free(struct tm_probe *probe);

/* One access in a function that has others: a quarter of the difference of five and one. */
struct tm_access_cost {
  double bytes, instructions, loads, calls;
};
int tm_probe_access(const char *strategy, struct tm_access_cost *cost, struct tm_error *error);

#endif
