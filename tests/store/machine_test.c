/* SPDX-License-Identifier: Apache-2.0 */
/* The machine record: on this machine, on one that tells nothing, on made-up ones. */
#include "harness/store/machine.h"
#include "tests/store/sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CPU "sys/devices/system/cpu"

static const cJSON *fact(const cJSON *record, const char *part, const char *key) {
  const cJSON *item =
      cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(record, part), key);
  if (!item) fail_msg("no %s.%s", part, key);
  return item;
}

static void text_is(const cJSON *record, const char *part, const char *key, const char *want) {
  const char *got = cJSON_GetStringValue(fact(record, part, key));
  assert_non_null(got);
  assert_string_equal(got, want);
}

static bool warned(const cJSON *record, const char *id) {
  const cJSON *w;
  cJSON_ArrayForEach(w, cJSON_GetObjectItemCaseSensitive(record, "warnings")) {
    if (!strcmp(cJSON_GetObjectItemCaseSensitive(w, "id")->valuestring, id)) return true;
  }
  return false;
}

static void this_machine(void **state) {
  (void)state;
  char one[TM_SHA256_HEX], two[TM_SHA256_HEX];
  cJSON *a = tm_machine_record(""), *b = tm_machine_record("");
  assert_true(cJSON_IsString(fact(a, "class", "kernel")));
  assert_true(fact(a, "class", "usable_cpus")->valuedouble >= 1);
  tm_machine_class(a, one);
  tm_machine_class(b, two);
  assert_string_equal(one, two); /* load and free memory are no part of the class */
  cJSON_Delete(a);
  cJSON_Delete(b);
}

static void nothing_to_read(void **state) {
  (void)state;
  cJSON *r = tm_machine_record(sandbox_path("empty"));
  text_is(r, "class", "cpu_model", "unknown");
  text_is(r, "class", "governor", "unknown");
  text_is(r, "class", "mitigations", "unknown");
  text_is(r, "class", "kernel_options", "unknown");
  text_is(r, "class", "virtualisation", "unknown");
  text_is(r, "class", "cores", "unknown");
  text_is(r, "class", "cgroup_cpus", "no limit");
  assert_true(warned(r, "governor"));
  assert_false(warned(r, "virtualisation"));
  cJSON_Delete(r);
}

static void server(const char *root, const char *governor) {
  static const char *const cores[] = {"0", "1", "0", "1"}, *const packages[] = {"0", "0", "1", "1"};
  char name[256];
  for (int i = 0; i < 4; i++) {
    snprintf(name, sizeof name, "%s/" CPU "/cpu%d/topology/core_id", root, i);
    sandbox_write(name, cores[i]);
    snprintf(name, sizeof name, "%s/" CPU "/cpu%d/topology/physical_package_id", root, i);
    sandbox_write(name, packages[i]);
    snprintf(name, sizeof name, "%s/" CPU "/cpu%d/cpufreq/scaling_governor", root, i);
    sandbox_write(name, i == 3 ? governor : "performance\n");
  }
#define FILE_OF(path, text)                                                                        \
  (snprintf(name, sizeof name, "%s/" path, root), sandbox_write(name, text))
  FILE_OF(CPU "/intel_pstate/no_turbo", "1\n");
  FILE_OF(CPU "/smt/active", "0\n");
  FILE_OF(CPU "/cpu0/cache/index0/level", "1\n");
  FILE_OF(CPU "/cpu0/cache/index0/type", "Data\n");
  FILE_OF(CPU "/cpu0/cache/index0/size", "48K\n");
  FILE_OF(CPU "/vulnerabilities/meltdown", "Not affected\n");
  FILE_OF("proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel\t\t: 106\n"
                          "model name\t: Xeon\nmicrocode\t: 0xd0\nflags\t\t: fpu vme sse\n");
  FILE_OF("proc/cmdline", "root=UUID=secret isolcpus=2,3 quiet mitigations=off\n");
  FILE_OF("proc/meminfo", "MemTotal:       16303316 kB\nSwapTotal: 2048 kB\nSwapFree: 1024 kB\n");
  FILE_OF("proc/loadavg", "0.10 0.2 0.3 1/2 3\n");
  FILE_OF("proc/stat", "cpu 10 0 10 60 0 0 0 20 0 0\n");
  FILE_OF("proc/self/cgroup", "0::/user/bench\n");
  FILE_OF("sys/fs/cgroup/user/cpu.max", "150000 100000\n");
  FILE_OF("sys/fs/cgroup/user/bench/cpu.max", "400000 100000\n");
  FILE_OF("sys/fs/cgroup/user/bench/memory.max", "1073741824\n");
  FILE_OF("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
  FILE_OF("etc/os-release", "NAME=x\nPRETTY_NAME=\"Some Linux 1\"\n");
  FILE_OF("etc/machine-id", "0123456789abcdef\n");
#undef FILE_OF
}

static void a_server(void **state) {
  (void)state;
  server("server", "performance\n");
  cJSON *r = tm_machine_record(sandbox_path("server"));
  text_is(r, "class", "cpu_model", "Xeon");
  text_is(r, "class", "cpu_model_number", "106");
  assert_true(fact(r, "class", "sockets")->valuedouble == 2);
  assert_true(fact(r, "class", "cores")->valuedouble == 4);
  assert_true(fact(r, "class", "logical_cpus")->valuedouble == 4);
  text_is(r, "class", "governor", "performance");
  text_is(r, "class", "turbo", "off");
  text_is(r, "class", "smt", "off");
  text_is(r, "class", "caches", "L1 Data 48K");
  text_is(r, "class", "virtualisation", "none");
  text_is(r, "class", "huge_pages", "madvise");
  text_is(r, "class", "kernel_options", "isolcpus=2,3 mitigations=off");
  assert_true(fact(r, "class", "memory_gib")->valuedouble == 16);
  assert_true(fact(r, "class", "cgroup_cpus")->valuedouble == 1.5); /* the parent's limit holds */
  assert_true(fact(r, "class", "cgroup_memory_mib")->valuedouble == 1024);
  text_is(r, "detail", "distribution", "Some Linux 1");
  assert_true(fact(r, "detail", "steal_percent")->valuedouble == 20);
  assert_string_equal(cJSON_GetObjectItem(fact(r, "class", "mitigations"), "meltdown")->valuestring,
                      "Not affected");
  assert_false(warned(r, "governor"));
  assert_false(warned(r, "turbo"));
  assert_false(warned(r, "virtualisation"));
  assert_false(warned(r, "load"));
  assert_true(warned(r, "quota"));
  assert_true(warned(r, "steal"));
  assert_true(warned(r, "swap"));
  char *text = cJSON_PrintUnformatted(r);
  assert_null(strstr(text, "secret")); /* nor does the machine's own number come through */
  assert_null(strstr(text, "0123456789abcdef"));
  free(text);
  cJSON_Delete(r);
}

static void a_virtual_machine(void **state) {
  (void)state;
  sandbox_write("vm/proc/cpuinfo", "model name\t: QEMU\nflags\t\t: fpu hypervisor lm\n");
  sandbox_write("vm/sys/class/dmi/id/sys_vendor", "QEMU\n");
  sandbox_write("vm/sys/class/dmi/id/product_name", "Standard PC\n");
  sandbox_write("vm/proc/self/cgroup", "5:memory:/m\n4:cpu,cpuacct:/c\n1:name=systemd:/x\n0::/\n");
  sandbox_write("vm/sys/fs/cgroup/cpu/c/cpu.cfs_quota_us", "50000\n");
  sandbox_write("vm/sys/fs/cgroup/cpu/c/cpu.cfs_period_us", "100000\n");
  sandbox_write("vm/sys/fs/cgroup/memory/m/memory.limit_in_bytes", "9223372036854771712\n");
  sandbox_write("vm/sys/fs/cgroup/memory/memory.limit_in_bytes", "2147483648\n");
  sandbox_write("vm/.dockerenv", "");
  cJSON *r = tm_machine_record(sandbox_path("vm"));
  text_is(r, "class", "virtualisation", "virtual machine: QEMU Standard PC");
  text_is(r, "class", "container", "docker");
  assert_true(fact(r, "class", "cgroup_cpus")->valuedouble == 0.5);
  assert_true(fact(r, "class", "cgroup_memory_mib")->valuedouble == 2048);
  assert_true(warned(r, "virtualisation"));
  cJSON_Delete(r);
}

static void classes_differ_by_name(void **state) {
  (void)state;
  char one[TM_SHA256_HEX], two[TM_SHA256_HEX], text[512], tiny[24];
  server("first", "performance\n");
  server("second", "powersave\n");
  cJSON *a = tm_machine_record(sandbox_path("first")),
        *b = tm_machine_record(sandbox_path("second"));
  text_is(b, "class", "governor", "mixed");
  assert_true(warned(b, "governor"));
  tm_machine_class(a, one);
  tm_machine_class(b, two);
  assert_string_not_equal(one, two);
  tm_machine_difference(a, b, text, sizeof text);
  assert_string_equal(text, "governor: \"performance\" / \"mixed\"");
  tm_machine_difference(a, b, tiny, sizeof tiny);
  assert_int_equal(strlen(tiny), sizeof tiny - 1);
  cJSON_DeleteItemFromObject(cJSON_GetObjectItem(a, "class"), "governor");
  tm_machine_difference(a, b, text, sizeof text);
  assert_string_equal(text, "governor: missing / \"mixed\"");
  cJSON_Delete(a);
  cJSON_Delete(b);
}

static int make(void **state) {
  (void)state;
  sandbox_make();
  return 0;
}

static int unmake(void **state) {
  (void)state;
  sandbox_remove();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(this_machine),
      cmocka_unit_test(nothing_to_read),
      cmocka_unit_test(a_server),
      cmocka_unit_test(a_virtual_machine),
      cmocka_unit_test(classes_differ_by_name),
  };
  return cmocka_run_group_tests_name("machine", tests, make, unmake);
}
