/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/usage.h"

#include "core/error.h"
#include "core/port.h"
#include "core/rcu.h"
#include "core/trap.h"
#include "core/waiting.h"

#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void keep(struct tm_rcu_node *node) { (void)node; }

/* The two threads that liburcu starts with the first object retired, and keeps. */
static void start_helpers(void) {
  static struct tm_rcu_node qsbr, memb;
  tm_rcu_qsbr_retire(&qsbr, keep);
  tm_rcu_memb_retire(&memb, keep);
}

void usage_begin(char **argv) {
  static const char name[] = "GLIBC_TUNABLES", value[] = "glibc.pthread.stack_cache_size=0";
  mallopt(M_ARENA_MAX, 1);
  const char *set = getenv(name);
  if (!set || strcmp(set, value)) {
    setenv(name, value, 1);
    execv("/proc/self/exe", argv);
    tm_die("cannot start anew");
  }
  start_helpers();
}

static long entries_of(const char *path) {
  DIR *d = opendir(path);
  long entries = -2; /* "." and ".." */
  while (d && readdir(d)) entries++;
  if (d) closedir(d);
  return entries;
}

/* Is this thread on its way out? One that has been joined can be listed for a moment more: the
 * kernel wakes the joiner after it has set PF_EXITING (linux/sched.h), before it takes the thread
 * away. */
static bool leaving(const char *thread) {
  char path[300], stat[512] = "";
  unsigned flags;
  snprintf(path, sizeof path, "/proc/self/task/%s/stat", thread);
  FILE *f = fopen(path, "r");
  if (!f) return true;
  size_t n = fread(stat, 1, sizeof stat - 1, f);
  fclose(f);
  stat[n] = '\0';
  const char *name_end = strrchr(stat, ')');
  enum { PF_EXITING = 4 };
  return !name_end || sscanf(name_end, ") %*c %*d %*d %*d %*d %*d %u", &flags) != 1 ||
         flags & PF_EXITING;
}

static long threads(void) {
  DIR *d = opendir("/proc/self/task");
  long count = 0;
  for (struct dirent *e; d && (e = readdir(d));)
    count += e->d_name[0] != '.' && !leaving(e->d_name);
  if (d) closedir(d);
  return count;
}

static long lines_of(const char *path) {
  FILE *f = fopen(path, "r");
  long lines = 0;
  for (int c; f && (c = getc(f)) != EOF;) lines += c == '\n';
  if (f) fclose(f);
  return lines;
}

static void *nothing(void *unused) { return unused; }

/* The stacks of detached threads are given back by the next thread that is joined. */
static void give_stacks_back(void) {
  pthread_t thread;
  if (!pthread_create(&thread, NULL, nothing, NULL)) pthread_join(thread, NULL);
}

struct usage usage_now(void) {
  struct usage u = {0};
  long pages = 0;
  tm_rcu_qsbr_drain();
  tm_rcu_memb_drain();
  give_stacks_back();
  malloc_trim(0);
  FILE *f = fopen("/proc/self/statm", "r");
  if (!f || fscanf(f, "%*d %ld", &pages) != 1) tm_die("no /proc/self/statm");
  fclose(f);
  u.descriptors = entries_of("/proc/self/fd") - 1; /* the folder itself */
  u.threads = threads();
  if (!TIDEMARK_SANITIZED) { /* sanitizers remember every thread; what leaks they tell themselves */
    u.resident_kib = pages * (sysconf(_SC_PAGESIZE) / 1024);
    u.mappings = lines_of("/proc/self/maps");
  }
  u.ranges = tm_trap_ranges();
  u.numbered = tm_port_threads();
  u.registered = tm_rcu_registered();
  u.waiting = tm_waiting();
  return u;
}

struct usage usage_when(long most) {
  while (threads() > most) sched_yield();
  return usage_now();
}

const char *usage_more(const struct usage *before, const struct usage *after, long slack_kib) {
  static char text[256];
  const struct {
    const char *what;
    long before, after, slack;
  } each[] = {
      {"descriptors", before->descriptors, after->descriptors, 0},
      {"mappings", before->mappings, after->mappings, 0},
      {"threads", before->threads, after->threads, 0},
      {"KiB of resident memory", before->resident_kib, after->resident_kib, slack_kib},
      {"ranges known to the trap handler", before->ranges, after->ranges, 0},
      {"threads with a number", before->numbered, after->numbered, 0},
      {"threads registered with liburcu", before->registered, after->registered, 0},
      {"threads in memory.atomic.wait", before->waiting, after->waiting, 0},
  };
  for (size_t k = 0; k < sizeof each / sizeof *each; k++) {
    if (each[k].after <= each[k].before + each[k].slack) continue;
    snprintf(text, sizeof text, "%ld %s became %ld", each[k].before, each[k].what, each[k].after);
    return text;
  }
  return NULL;
}
