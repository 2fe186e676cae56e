/* SPDX-License-Identifier: Apache-2.0 */
/* The machine code of an access and of the whole module, from the disassembly: bytes, instructions,
 * loads, branches. Counted in the translated probe itself, by objdump. An access is an eighth of a
 * function of eight, without its cold part, which traps; the module is all of its text. */
#include "core/hash.h"
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

/* `site`: the function of eight accesses; `module`: all. The function of one goes to `text`. */
static int count_file(const char *path, struct counts *site, struct counts *module, FILE *text,
                      struct tm_error *error) {
  char command[PATH_MAX + 200], line[512];
  snprintf(command, sizeof command,
           "LC_ALL=C objdump -d --no-show-raw-insn --version >/dev/null 2>&1"
           " && LC_ALL=C objdump -d -j .text '%s' 2>/dev/null",
           path);
  FILE *in = popen(command, "r");
  if (!in) return tm_fail(error, -errno, "cannot start objdump");
  bool eight = false, one = false;
  while (fgets(line, sizeof line, in)) {
    if (line[0] != ' ') {
      eight = line[0] != '\n' && strstr(line, "_eight>:");
      one = line[0] != '\n' && strstr(line, "_read>:");
      continue;
    }
    count_line(line, module);
    if (eight) count_line(line, site);
    if (one) fputs(line, text);
  }
  return pclose(in) ? tm_fail(error, -EIO, "objdump cannot read %s; install binutils", path) : 0;
}

/* Keep the code of one access, and which file it is of, with the cell added last. */
static void keep_code(struct tm_probe *p, const char *path, const char *text) {
  cJSON *cell = cJSON_GetArrayItem(p->cells, cJSON_GetArraySize(p->cells) - 1);
  cJSON *notes = cJSON_AddObjectToObject(cell, "notes");
  char hash[TM_SHA256_HEX];
  struct tm_error ignored;
  if (text) cJSON_AddStringToObject(notes, "disassembly", text);
  if (!tm_sha256_file(path, hash, &ignored)) cJSON_AddStringToObject(notes, "module", hash);
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
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out) tm_no_memory("the code of an access");
    if (!result) result = count_file(info.dli_fname, &c, &all, out, p->error);
    fclose(out);
    const struct tm_probe_point at = {.op = "access-site", .instances = 1};
    double module = (double)tm_module_code_bytes(p->module);
    if (!result) {
      c = (struct counts){c.bytes / 8, c.instructions / 8, c.loads / 8, c.branches / 8};
      tm_probe_add(p, &at, "code", "bytes", &c.bytes, 1);
      keep_code(p, info.dli_fname, text);
      tm_probe_add(p, &at, "instructions", "instructions", &c.instructions, 1);
      tm_probe_add(p, &at, "loads", "loads", &c.loads, 1);
      tm_probe_add(p, &at, "branches", "branches", &c.branches, 1);
      tm_probe_add(p, &at, "module_code", "bytes", &module, 1);
      tm_probe_add(p, &at, "module_instructions", "instructions", &all.instructions, 1);
      tm_probe_add(p, &at, "module_loads", "loads", &all.loads, 1);
      tm_probe_add(p, &at, "module_branches", "branches", &all.branches, 1);
    }
    free(text);
    tm_instance_free(instance);
  }
  tm_probe_bed_close(&bed);
  return result;
}
