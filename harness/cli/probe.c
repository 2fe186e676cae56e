/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/probe.h"

#include "harness/engines/process.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Does an instruction in Intel's syntax read memory? */
static bool is_load(const char *text) {
  if (!strchr(text, '[') || !strncmp(text, "lea", 3) || !strncmp(text, "nop", 3)) return false;
  bool stores = !strncmp(text, "mov", 3) && strchr(text, '[') < strchr(text, ',');
  return !stores;
}

/* A line of objdump: "  1040:\t8b 04 37   \tmov    eax,[rdi]". NULL when it is none. */
static const char *instruction_of(char *line, unsigned *bytes) {
  char *tab = strchr(line, '\t');
  if (!tab || tab == line || tab[-1] != ':') return NULL;
  *bytes = 0;
  char *p = tab + 1;
  while (isxdigit((unsigned char)p[0]) && isxdigit((unsigned char)p[1]) && p[2] == ' ') {
    ++*bytes;
    p += 3;
  }
  while (*p == ' ') p++;
  return *p == '\t' ? p + 1 : NULL;
}

static int parse(char *listing, struct tm_probe *probe) {
  size_t room;
  FILE *out = open_memstream(&probe->text, &room);
  if (!out) return -ENOMEM;
  bool passed = false; /* the first return */
  char *save = NULL;
  for (char *line = strtok_r(listing, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    unsigned bytes;
    const char *text = instruction_of(line, &bytes);
    if (!text) continue;
    probe->bytes += bytes;
    fprintf(out, "    %s\n", text);
    if (passed) continue;
    probe->instructions++;
    probe->loads += is_load(text);
    probe->calls += !strncmp(text, "call", 4);
    passed = !strncmp(text, "ret", 3);
  }
  return fclose(out) ? -ENOMEM : 0;
}

int tm_probe_read(const char *strategy, const char *name, struct tm_probe *probe,
                  struct tm_error *error) {
  char symbol[128];
  snprintf(symbol, sizeof symbol, "--disassemble=tm_probe_%s_%s", strategy, name);
  char self[64]; /* not /proc/self, which would be objdump's own */
  snprintf(self, sizeof self, "/proc/%ld/exe", (long)getpid());
  char *argv[] = {"objdump", "-d", "-w", "-M", "intel", symbol, self, NULL};
  struct tm_process_spec spec = {.argv = argv, .seconds = 30};
  struct tm_process_end end;
  *probe = (struct tm_probe){0};
  int result = tm_process_run(&spec, &end, error);
  if (result) return result;
  if (end.ending != TM_PROCESS_EXITED || end.status) {
    char why[80];
    result =
        tm_fail(error, -EIO, "objdump of this program: %s", tm_process_why(&end, why, sizeof why));
  } else {
    result = parse(end.out, probe);
  }
  tm_process_free(&end);
  if (!result && !probe->instructions)
    result = tm_fail(error, -EIO, "no probe of '%s' in this program", strategy);
  if (result) tm_probe_free(probe);
  return result;
}

void tm_probe_free(struct tm_probe *probe) {
  free(probe->text);
  probe->text = NULL;
}

int tm_probe_access(const char *strategy, struct tm_access_cost *cost, struct tm_error *error) {
  struct tm_probe one, five;
  int result = tm_probe_read(strategy, "one", &one, error);
  if (result) return result;
  result = tm_probe_read(strategy, "five", &five, error);
  if (!result) {
    cost->bytes = ((double)five.bytes - one.bytes) / 4;
    cost->instructions = ((double)five.instructions - one.instructions) / 4;
    cost->loads = ((double)five.loads - one.loads) / 4;
    cost->calls = ((double)five.calls - one.calls) / 4;
    tm_probe_free(&five);
  }
  tm_probe_free(&one);
  return result;
}
