/* SPDX-License-Identifier: Apache-2.0 */
/* The machine code of an access and of the whole module, from the disassembly: bytes, instructions,
 * loads, branches. Counted in the translated probe itself, by objdump. An access is an eighth of a
 * function of eight, without its cold part, which traps; the module is all of its text. */
#include "harness/report/probe_private.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct counts {
  double bytes, instructions, loads, branches;
};

/* "  1130:\t48 8b 07             \tmov    (%rdi),%rax" */
static void count_line(const char *line, struct counts *c) {
  const char *bytes = strchr(line, '\t'), *text = bytes ? strchr(bytes + 1, '\t') : NULL;
  for (const char *b = bytes; b && *b && b != text; b++)
    if ((b[0] == ' ' || b[0] == '\t') && b[1] && strchr("0123456789abcdef", b[1])) c->bytes++;
  if (!text || !strncmp(text + 1, "nop", 3) || strstr(text, "data16")) return;
  char word[16] = "";
  sscanf(text + 1, "%15s", word);
  c->instructions++;
  if (word[0] == 'j') c->branches++;
  /* AT&T order: a memory operand that is not the destination is read; lea reads nothing. */
  const char *memory = strchr(text, '(');
  const char *comma = memory ? strchr(memory, ')') : NULL;
  bool only = comma && comma[1] != ',' && !strncmp(word, "mov", 3);
  if (memory && strncmp(word, "lea", 3) && !only) c->loads++;
}

/* `site`: the function; `module`: all. */
static int count_file(const char *path, const char *function, struct counts *site,
                      struct counts *module, struct tm_error *error) {
  char command[PATH_MAX + 200], line[512];
  snprintf(command, sizeof command,
           "LC_ALL=C objdump -d --no-show-raw-insn --version >/dev/null 2>&1"
           " && LC_ALL=C objdump -d -j .text '%s' 2>/dev/null",
           path);
  FILE *in = popen(command, "r");
  if (!in) return tm_fail(error, -errno, "cannot start objdump");
  bool inside = false;
  char wanted[128];
  snprintf(wanted, sizeof wanted, "_%s>:", function);
  while (fgets(line, sizeof line, in)) {
    if (line[0] != ' ') {
      inside = line[0] != '\n' && strstr(line, wanted) != NULL;
      continue;
    }
    count_line(line, module);
    if (inside) count_line(line, site);
  }
  return pclose(in) ? tm_fail(error, -EIO, "objdump cannot read %s; install binutils", path) : 0;
}

int tm_probe_code(struct tm_probe *p) {
  struct tm_probe_bed bed;
  struct tm_instance *instance;
  struct tm_extern item;
  Dl_info info;
  int result = tm_probe_bed_open(p, 1, &bed);
  if (result) return result;
  result = tm_probe_instance(p, &bed, &instance);
  if (!result) {
    void *code = NULL;
    if (tm_instance_export(instance, "eight", &item)) memcpy(&code, &item.func.code, sizeof code);
    if (!code || !dladdr(code, &info))
      result = tm_fail(p->error, -ENOENT, "the translated probe's file cannot be found");
    struct counts c = {0}, all = {0};
    if (!result) result = count_file(info.dli_fname, "eight", &c, &all, p->error);
    const struct tm_probe_point at = {.op = "access-site", .instances = 1};
    double module = (double)tm_module_code_bytes(p->module);
    if (!result) {
      c = (struct counts){c.bytes / 8, c.instructions / 8, c.loads / 8, c.branches / 8};
      tm_probe_add(p, &at, "code", "bytes", &c.bytes, 1);
      tm_probe_add(p, &at, "instructions", "instructions", &c.instructions, 1);
      tm_probe_add(p, &at, "loads", "loads", &c.loads, 1);
      tm_probe_add(p, &at, "branches", "branches", &c.branches, 1);
      tm_probe_add(p, &at, "module_code", "bytes", &module, 1);
      tm_probe_add(p, &at, "module_instructions", "instructions", &all.instructions, 1);
      tm_probe_add(p, &at, "module_loads", "loads", &all.loads, 1);
      tm_probe_add(p, &at, "module_branches", "branches", &all.branches, 1);
    }
    tm_instance_free(instance);
  }
  tm_probe_bed_close(&bed);
  return result;
}
