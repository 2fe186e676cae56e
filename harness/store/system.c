/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/store/system.h"

#include "core/error.h"
#include "core/hash.h"

#include <dirent.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <linux/membarrier.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char unknown[] = "unknown";
#define CPU "/sys/devices/system/cpu"

/* ---- Reading small files ----------------------------------------------------------------------
 */

/* The content of root + path (a printf format), cut to size, without the newline at its end.
 * False, and an empty text, when it cannot be read. */
__attribute__((format(printf, 4, 5))) static bool slurp(char *text, size_t size, const char *root,
                                                        const char *format, ...) {
  char path[4096];
  size_t at = (size_t)snprintf(path, sizeof path, "%s", root);
  va_list args;
  va_start(args, format);
  if (at < sizeof path) vsnprintf(path + at, sizeof path - at, format, args);
  va_end(args);
  text[0] = '\0';
  FILE *file = fopen(path, "re");
  if (!file) return false;
  size_t n = fread(text, 1, size - 1, file);
  bool good = !ferror(file);
  fclose(file);
  while (n && text[n - 1] == '\n') n--;
  text[n] = '\0';
  return good && n > 0;
}

static void put(cJSON *object, const char *key, const char *text) {
  cJSON_AddStringToObject(object, key, text && *text ? text : unknown);
}

/* The value after "key … :" in a text of lines, as in /proc/cpuinfo; false if there is none. */
static bool field(const char *lines, const char *key, char *value, size_t size) {
  size_t length = strlen(key);
  for (const char *p = lines; p; p = strchr(p, '\n')) {
    if (*p == '\n') p++;
    const char *colon = p + length + strspn(p + (strncmp(p, key, length) ? 0 : length), " \t");
    if (strncmp(p, key, length) || *colon != ':') continue;
    colon += 1 + strspn(colon + 1, " \t");
    snprintf(value, size, "%.*s", (int)strcspn(colon, "\n"), colon);
    return *value != '\0';
  }
  value[0] = '\0';
  return false;
}

/* "always [madvise] never" chooses madvise. */
static void chosen(char *text) {
  char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;
  if (!close) return;
  *close = '\0';
  memmove(text, open + 1, (size_t)(close - open));
}

/* ---- Processor --------------------------------------------------------------------------------
 */

struct topology {
  int logical, cores, sockets;
};

enum { MOST_CPUS = 4096 };

static struct topology topology(const char *root) {
  static const char missing[] = "0";
  struct topology t = {0, 0, 0};
  char(*seen)[32] = calloc(MOST_CPUS, sizeof *seen);
  if (!seen) return t;
  for (int cpu = 0; cpu < MOST_CPUS; cpu++) {
    char package[12], core[12], name[32];
    if (!slurp(core, sizeof core, root, CPU "/cpu%d/topology/core_id", cpu)) continue;
    if (!slurp(package, sizeof package, root, CPU "/cpu%d/topology/physical_package_id", cpu))
      strcpy(package, missing);
    t.logical++;
    bool new_core = true, new_socket = true;
    snprintf(name, sizeof name, "%s.%s", package, core);
    size_t prefix = strlen(package) + 1;
    for (int i = 0; i < t.cores; i++) {
      if (!strcmp(seen[i], name)) new_core = false;
      if (!strncmp(seen[i], name, prefix)) new_socket = false;
    }
    if (new_core) strcpy(seen[t.cores++], name);
    t.sockets += new_socket;
  }
  free(seen);
  if (t.logical == 0 && !*root) t.logical = (int)sysconf(_SC_NPROCESSORS_ONLN);
  return t;
}

static void put_count(cJSON *object, const char *key, int count) {
  if (count > 0)
    cJSON_AddNumberToObject(object, key, count);
  else
    put(object, key, unknown);
}

static int usable_cpus(void) {
  cpu_set_t *set = CPU_ALLOC(MOST_CPUS);
  size_t size = CPU_ALLOC_SIZE(MOST_CPUS);
  int n = set && sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
  CPU_FREE(set);
  return n;
}

/* One word if all processors agree, "mixed" if not. */
static void put_governor(const char *root, cJSON *class) {
  char all[64] = "", one[64];
  for (int cpu = 0; cpu < MOST_CPUS; cpu++) {
    if (!slurp(one, sizeof one, root, CPU "/cpu%d/cpufreq/scaling_governor", cpu)) {
      if (cpu > 1024 || !*all) break; /* processors may be offline in between */
      continue;
    }
    if (*all && strcmp(all, one))
      strcpy(all, "mixed");
    else
      strcpy(all, one);
  }
  put(class, "governor", all);
}

static void put_turbo_and_smt(const char *root, const struct topology *t, cJSON *class) {
  char text[16];
  const char *turbo = unknown, *smt = unknown;
  if (slurp(text, sizeof text, root, CPU "/intel_pstate/no_turbo"))
    turbo = *text == '0' ? "on" : "off";
  else if (slurp(text, sizeof text, root, CPU "/cpufreq/boost"))
    turbo = *text == '1' ? "on" : "off";
  if (slurp(text, sizeof text, root, CPU "/smt/active"))
    smt = *text == '1' ? "on" : "off";
  else if (t->cores > 0)
    smt = t->cores < t->logical ? "on" : "off";
  put(class, "turbo", turbo);
  put(class, "smt", smt);
}

static void put_caches(const char *root, cJSON *class) {
  char all[256] = "", level[8], type[32], size[32];
  for (int i = 0; slurp(level, sizeof level, root, CPU "/cpu0/cache/index%d/level", i); i++) {
    slurp(type, sizeof type, root, CPU "/cpu0/cache/index%d/type", i);
    slurp(size, sizeof size, root, CPU "/cpu0/cache/index%d/size", i);
    size_t at = strlen(all);
    snprintf(all + at, sizeof all - at, "%sL%s %s %s", at ? ", " : "", level, type, size);
  }
  put(class, "caches", all);
}

/* DMI names the product; the "hypervisor" flag alone says only that there is one. */
static void put_virtualisation(const char *root, const char *cpuinfo, cJSON *class) {
  char flags[8192], vendor[96], product[96], text[256];
  bool known = field(cpuinfo, "flags", flags, sizeof flags);
  bool flagged = known && strstr(flags, " hypervisor");
  bool typed = slurp(product, sizeof product, root, "/sys/hypervisor/type");
  if (!typed) slurp(product, sizeof product, root, "/sys/class/dmi/id/product_name");
  slurp(vendor, sizeof vendor, root, "/sys/class/dmi/id/sys_vendor");
  if (flagged || typed)
    snprintf(text, sizeof text, "virtual machine%s%s%s%s", *vendor || *product ? ": " : "", vendor,
             *vendor && *product ? " " : "", product);
  else
    strcpy(text, known ? "none" : unknown);
  put(class, "virtualisation", text);
}

void tm_system_processor(const char *root, cJSON *class, cJSON *detail) {
  static const char *const keys[][2] = {{"vendor_id", "cpu_vendor"},
                                        {"model name", "cpu_model"},
                                        {"cpu family", "cpu_family"},
                                        {"model", "cpu_model_number"},
                                        {"stepping", "cpu_stepping"},
                                        {"microcode", "microcode"},
                                        /* aarch64 */
                                        {"CPU implementer", "cpu_implementer"},
                                        {"CPU part", "cpu_part"},
                                        {"CPU revision", "cpu_revision"}};
  char *cpuinfo = calloc(1, 32768), value[256];
  struct utsname system;
  if (!cpuinfo) tm_no_memory("what was asked");
  uname(&system);
  put(class, "architecture", system.machine);
  slurp(cpuinfo, 32768, root, "/proc/cpuinfo");
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    bool got = field(cpuinfo, keys[i][0], value, sizeof value);
    if (got || i < 6) put(class, keys[i][1], value);
  }
  struct topology t = topology(root);
  put_count(class, "sockets", t.sockets);
  put_count(class, "cores", t.cores);
  put_count(class, "logical_cpus", t.logical);
  put_count(class, "usable_cpus", usable_cpus());
  slurp(value, sizeof value, root, "/sys/devices/system/node/online");
  put(class, "numa_nodes", value);
  put_caches(root, class);
  put_governor(root, class);
  put_turbo_and_smt(root, &t, class);
  put_virtualisation(root, cpuinfo, class);
  free(cpuinfo);
  slurp(value, sizeof value, root, CPU "/cpu0/cpufreq/cpuinfo_max_freq");
  put(detail, "cpu_max_khz", value);
  slurp(value, sizeof value, root, CPU "/cpu0/cpufreq/scaling_driver");
  put(detail, "frequency_driver", value);
}

/* ---- Kernel -----------------------------------------------------------------------------------
 */

static int by_text(const void *x, const void *y) {
  return strcmp(*(char *const *)x, *(char *const *)y);
}

/* Every file of /sys/…/vulnerabilities, in the order of their names. */
static void put_mitigations(const char *root, cJSON *class) {
  enum { MOST = 128 };
  char path[4096], text[512], *names[MOST];
  size_t n = 0;
  snprintf(path, sizeof path, "%s" CPU "/vulnerabilities", root);
  DIR *dir = opendir(path);
  if (!dir) {
    put(class, "mitigations", unknown);
    return;
  }
  for (struct dirent *e; (e = readdir(dir)) && n < MOST;)
    if (e->d_name[0] != '.' && (names[n] = strdup(e->d_name))) n++;
  closedir(dir);
  qsort(names, n, sizeof *names, by_text);
  cJSON *object = cJSON_AddObjectToObject(class, "mitigations");
  for (size_t i = 0; i < n; i++) {
    slurp(text, sizeof text, root, CPU "/vulnerabilities/%s", names[i]);
    put(object, names[i], text);
    free(names[i]);
  }
}

/* Of the kernel's command line only what changes measurements; the rest may name disks and hosts.
 */
static void put_kernel_options(const char *root, cJSON *class) {
  static const char *const wanted[] = {"mitigations",
                                       "isolcpus",
                                       "nohz_full",
                                       "rcu_nocbs",
                                       "nosmt",
                                       "maxcpus",
                                       "nokaslr",
                                       "intel_pstate",
                                       "amd_pstate",
                                       "intel_idle.max_cstate",
                                       "idle",
                                       "tsc",
                                       "clocksource",
                                       "transparent_hugepage",
                                       "processor.max_cstate",
                                       "preempt",
                                       "numa_balancing"};
  char line[4096], kept[1024] = "", *rest;
  if (!slurp(line, sizeof line, root, "/proc/cmdline")) strcpy(kept, unknown);
  for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
    size_t length = strcspn(word, "=");
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
      if (strlen(wanted[i]) != length || strncmp(word, wanted[i], length)) continue;
      size_t at = strlen(kept);
      snprintf(kept + at, sizeof kept - at, "%s%s", at ? " " : "", word);
    }
  }
  cJSON_AddStringToObject(class, "kernel_options", kept);
}

static const char *membarrier(void) {
  long commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
  if (commands < 0) return "missing";
  return commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED ? "private expedited" : "global only";
}

void tm_system_kernel(const char *root, cJSON *class, cJSON *detail) {
  static const struct {
    const char *key, *path;
  } files[] = {{"clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource"},
               {"huge_pages", "/sys/kernel/mm/transparent_hugepage/enabled"},
               {"huge_pages_defrag", "/sys/kernel/mm/transparent_hugepage/defrag"},
               {"address_randomisation", "/proc/sys/kernel/randomize_va_space"},
               {"numa_balancing", "/proc/sys/kernel/numa_balancing"},
               {"overcommit", "/proc/sys/vm/overcommit_memory"},
               {"max_map_count", "/proc/sys/vm/max_map_count"}};
  char text[4096], value[256];
  struct utsname system;
  uname(&system);
  put(class, "kernel", system.release);
  put(detail, "kernel_build", system.version);
  slurp(text, sizeof text, root, "/etc/os-release");
  for (char *p = text; (p = strstr(p, "PRETTY_NAME=")); p++) {
    if (p != text && p[-1] != '\n') continue;
    p += strlen("PRETTY_NAME=") + (p[strlen("PRETTY_NAME=")] == '"');
    snprintf(value, sizeof value, "%.*s", (int)strcspn(p, "\"\n"), p);
    put(detail, "distribution", value);
    break;
  }
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    slurp(value, sizeof value, root, "%s", files[i].path);
    chosen(value);
    put(class, files[i].key, value);
  }
  put_mitigations(root, class);
  put_kernel_options(root, class);
  put(class, "membarrier", membarrier());
  cJSON_AddNumberToObject(class, "page_bytes", (double)sysconf(_SC_PAGESIZE));
}

/* ---- Memory, limits, load ---------------------------------------------------------------------
 */

static double kib(const char *meminfo, const char *key) {
  char value[64];
  return field(meminfo, key, value, sizeof value) ? strtod(value, NULL) : 0;
}

static void put_memory(const char *root, cJSON *class, cJSON *detail) {
  char text[8192];
  slurp(text, sizeof text, root, "/proc/meminfo");
  /* Whole GiB, rounded: kernels reserve a little more or less. */
  put_count(class, "memory_gib", (int)(kib(text, "MemTotal") / 1048576 + 0.5));
  cJSON_AddNumberToObject(detail, "memory_available_mib",
                          (double)(long)(kib(text, "MemAvailable") / 1024));
  cJSON_AddNumberToObject(detail, "swap_used_mib",
                          (double)(long)((kib(text, "SwapTotal") - kib(text, "SwapFree")) / 1024));
}

/* The tightest limit on the way up from our control group to the root. */
struct limits {
  double cpus, memory; /* 0: none */
};

static double tighter(double a, double b) { return a == 0 || (b > 0 && b < a) ? b : a; }

static void look(const char *root, const char *v2, const char *v1_cpu, const char *v1_memory,
                 struct limits *l) {
  char text[128];
  double quota, period, bytes;
  if (slurp(text, sizeof text, root, "/sys/fs/cgroup%s/cpu.max", v2) &&
      sscanf(text, "%lf %lf", &quota, &period) == 2 && period > 0)
    l->cpus = tighter(l->cpus, quota / period);
  if (slurp(text, sizeof text, root, "/sys/fs/cgroup%s/memory.max", v2) &&
      sscanf(text, "%lf", &bytes) == 1)
    l->memory = tighter(l->memory, bytes);
  if (slurp(text, sizeof text, root, "/sys/fs/cgroup/cpu%s/cpu.cfs_quota_us", v1_cpu) &&
      (quota = strtod(text, NULL)) > 0 &&
      slurp(text, sizeof text, root, "/sys/fs/cgroup/cpu%s/cpu.cfs_period_us", v1_cpu) &&
      (period = strtod(text, NULL)) > 0)
    l->cpus = tighter(l->cpus, quota / period);
  if (slurp(text, sizeof text, root, "/sys/fs/cgroup/memory%s/memory.limit_in_bytes", v1_memory) &&
      (bytes = strtod(text, NULL)) < 0x1p60) /* larger means none */
    l->memory = tighter(l->memory, bytes);
}

static void cut_last(char *path) {
  char *slash = strrchr(path, '/');
  if (slash) *slash = '\0';
}

/* Lines of /proc/self/cgroup: "0::/path" (version 2) or "3:cpu,cpuacct:/path" (version 1). */
static struct limits limits(const char *root, const char *groups) {
  char v2[1024] = "", cpu[1024] = "", memory[1024] = "";
  struct limits l = {0, 0};
  for (const char *p = groups; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
    const char *first = strchr(p, ':'), *second = first ? strchr(first + 1, ':') : NULL;
    if (!second) break;
    int names = (int)(second - first - 1), length = (int)strcspn(second + 1, "\n");
    char *to = names == 0 ? v2 : NULL;
    if (names >= 3 && !strncmp(first + 1, "cpu", 3) && (names == 3 || first[4] == ',')) to = cpu;
    if (names == 6 && !strncmp(first + 1, "memory", 6)) to = memory;
    if (to) snprintf(to, sizeof v2, "%.*s", length, second + 1);
  }
  for (;;) {
    look(root, v2, cpu, memory, &l);
    if (!*v2 && !*cpu && !*memory) return l;
    cut_last(v2);
    cut_last(cpu);
    cut_last(memory);
  }
}

static void put_container(const char *root, const char *groups, cJSON *class) {
  char text[64], path[4096];
  snprintf(path, sizeof path, "%s/.dockerenv", root);
  const char *kind = "none seen";
  if (access(path, F_OK) == 0 || strstr(groups, "docker"))
    kind = "docker";
  else if (strstr(groups, "kubepods"))
    kind = "kubernetes";
  else if (strstr(groups, "lxc"))
    kind = "lxc";
  else if (slurp(text, sizeof text, root, "/run/systemd/container"))
    kind = text;
  put(class, "container", kind);
}

/* Time the hypervisor gave to others: the eighth number of the "cpu" line. */
static void put_load(const char *root, cJSON *detail) {
  char text[512];
  if (slurp(text, sizeof text, root, "/proc/loadavg"))
    cJSON_AddNumberToObject(detail, "load_1min", strtod(text, NULL));
  double t[8] = {0}, sum = 0;
  slurp(text, sizeof text, root, "/proc/stat");
  if (sscanf(text, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", t, t + 1, t + 2, t + 3, t + 4, t + 5,
             t + 6, t + 7) != 8)
    return;
  for (int i = 0; i < 8; i++) sum += t[i];
  if (sum > 0) cJSON_AddNumberToObject(detail, "steal_percent", 100 * t[7] / sum);
}

/* Can this process count its own retired instructions? */
static void put_counters(cJSON *detail) {
  struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE,
                                 .size = sizeof attr,
                                 .config = PERF_COUNT_HW_INSTRUCTIONS,
                                 .exclude_kernel = 1,
                                 .exclude_hv = 1};
  long fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  char text[128];
  if (fd < 0) snprintf(text, sizeof text, "not available: %s", strerror(errno));
  put(detail, "counters", fd < 0 ? text : "available");
  if (fd >= 0) close((int)fd);
}

/* A number that tells machines apart and cannot be traced back to one. */
static void put_machine_number(const char *root, cJSON *detail) {
  char id[64], hex[TM_SHA256_HEX];
  struct tm_sha256 h;
  if (!slurp(id, sizeof id, root, "/etc/machine-id")) {
    put(detail, "machine_number", unknown);
    return;
  }
  tm_sha256_init(&h);
  tm_sha256_part(&h, "tidemark", 8);
  tm_sha256_part(&h, id, strlen(id));
  tm_sha256_hex(&h, hex);
  hex[16] = '\0';
  put(detail, "machine_number", hex);
}

void tm_system_limits(const char *root, cJSON *class, cJSON *detail) {
  char groups[8192];
  slurp(groups, sizeof groups, root, "/proc/self/cgroup");
  put_memory(root, class, detail);
  struct limits l = limits(root, groups);
  if (l.cpus > 0)
    cJSON_AddNumberToObject(class, "cgroup_cpus", l.cpus);
  else
    put(class, "cgroup_cpus", "no limit");
  if (l.memory > 0)
    cJSON_AddNumberToObject(class, "cgroup_memory_mib", (long)(l.memory / 1048576));
  else
    put(class, "cgroup_memory_mib", "no limit");
  put_container(root, groups, class);
  put_load(root, detail);
  put_counters(detail);
  put_machine_number(root, detail);
}

/* ---- Build ------------------------------------------------------------------------------------
 */

void tm_system_build(cJSON *class, cJSON *detail) {
  put(class, "compiler", TIDEMARK_COMPILER);
  put(class, "build_type", TIDEMARK_BUILD_TYPE);
  put(class, "flags", TIDEMARK_FLAGS);
  put(class, "sanitizer", *TIDEMARK_SANITIZER ? TIDEMARK_SANITIZER : "none");
  put(class, "liburcu_flavour", TIDEMARK_URCU_FLAVOUR);
  put(detail, "libc", gnu_get_libc_version());
}
