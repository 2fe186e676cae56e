/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/stat.h: file attributes and times between host and guest. */
#ifndef TM_HARNESS_WASI_STAT_H
#define TM_HARNESS_WASI_STAT_H

#include "harness/wasi/process.h"

#include <sys/stat.h>
#include <time.h>

/* Write a filestat for a host file. FAULT. */
uint32_t tm_wasi_put_filestat(struct tm_wasi_instance *instance, uint32_t ea,
                              const struct stat *stat, int fd);
/* The two times that utimensat wants. INVAL when `which` contradicts itself. */
uint32_t tm_wasi_times(uint64_t atim, uint64_t mtim, uint32_t which, struct timespec times[2]);

#endif
