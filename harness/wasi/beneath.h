/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/beneath.h: the only way from a guest's path to the host's file system.
 *
 * Every path is resolved by the kernel with openat2(RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS): no
 * absolute path, no "..", no symbolic link, however it was made and whoever renames directories
 * meanwhile, leads above the directory it starts from. Operations that have no such form of their
 * own (unlink, rename, …) open the parent this way and name the last component, which those system
 * calls never follow.
 *
 * Functions return a WASI errno; NOTCAPABLE when a path leads out.
 */
#ifndef TM_HARNESS_WASI_BENEATH_H
#define TM_HARNESS_WASI_BENEATH_H

#include "core/error.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct tm_wasi_path {
  char text[PATH_MAX]; /* NUL-terminated */
};

/* Open `path` below `dir`. `flags` as open(2); O_CLOEXEC and O_NOCTTY are added. */
uint32_t tm_beneath_open(int dir, const char *path, int flags, uint32_t mode, int *fd);

/* Split `path` in place and open its parent below `dir`; *last points to the last component inside
 * `path`, which has no '/' except one at its end if it had any. It may be "." or "..", for system
 * calls that refuse those. The caller closes *parent. */
uint32_t tm_beneath_parent(int dir, struct tm_wasi_path *path, int *parent, const char **last);

/* Can this kernel do it at all? 0, or -errno and a sentence. */
int tm_beneath_check(struct tm_error *error);

#endif
