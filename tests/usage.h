/* SPDX-License-Identifier: Apache-2.0 */
/* tests/usage.h: what this process uses of the system and has registered, so that a test can say
 * that nothing was left behind.
 *
 *     usage_begin(argv);                        // first thing in main
 *     …                                         // once, so that what is kept for ever is there
 *     struct usage before = usage_now();
 *     …
 *     struct usage after = usage_now();
 *     const char *more = usage_more(&before, &after, 2048);   // NULL: as before
 */
#ifndef TM_TESTS_USAGE_H
#define TM_TESTS_USAGE_H

struct usage {
  /* As /proc/self has them; mappings and resident memory are 0 with a sanitizer. */
  long descriptors, mappings, threads, resident_kib;
  long ranges;     /* that the trap handler knows */
  long numbered;   /* threads with a number: core/port.h */
  long registered; /* threads with liburcu, in each flavour */
  long waiting;    /* threads in memory.atomic.wait */
};

/* So that counts are exact: one arena for malloc, else some appear as threads happen to meet; no
 * stacks kept of threads that have ended, for which the program starts itself anew; and liburcu's
 * own threads are there from the start. */
void usage_begin(char **argv);
/* Once what was to be freed a little later is freed. */
struct usage usage_now(void);
/* The same, when no more than `most` threads are left: waits for those on their way out. */
struct usage usage_when(long most);
/* What there is more of `after` than `before`, in a sentence that lasts until the next call, or
 * NULL. Resident memory may be `slack_kib` more. */
const char *usage_more(const struct usage *before, const struct usage *after, long slack_kib);

#endif
