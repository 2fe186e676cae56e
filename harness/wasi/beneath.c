/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/wasi/beneath.h"

#include "harness/wasi/abi.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel answers EAGAIN when a rename elsewhere kept it from being sure; it asks to retry. */
enum { TRIES = 256 };

static int open_beneath(int dir, const char *path, int flags, uint32_t mode) {
  struct open_how how = {
      .flags = (uint64_t)(uint32_t)(flags | O_CLOEXEC | (flags & O_PATH ? 0 : O_NOCTTY)),
      .mode = flags & O_CREAT ? mode : 0,
      .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
  };
  for (int i = 0;; i++) {
    long fd = syscall(SYS_openat2, dir, path, &how, sizeof how);
    if (fd >= 0) return (int)fd;
    if ((errno != EAGAIN && errno != EINTR) || i == TRIES) return -errno;
    if (errno == EAGAIN) sched_yield();
  }
}

uint32_t tm_beneath_open(int dir, const char *path, int flags, uint32_t mode, int *fd) {
  int result = open_beneath(dir, path, flags, mode);
  if (result == -EXDEV) return TM_WASI_NOTCAPABLE;
  if (result < 0) return tm_wasi_errno(-result);
  *fd = result;
  return TM_WASI_SUCCESS;
}

uint32_t tm_beneath_parent(int dir, struct tm_wasi_path *path, int *parent, const char **last) {
  char *text = path->text;
  if (!text[0]) return TM_WASI_NOENT;
  if (text[0] == '/') return TM_WASI_NOTCAPABLE;
  size_t end = strlen(text);
  while (text[end - 1] == '/') end--; /* text[0] is no '/' */
  size_t start = end;
  while (start && text[start - 1] != '/') start--;
  size_t length = end - start;
  if (length <= 2 && !strncmp(text + start, "..", length)) {
    /* The system call will refuse such a name with the errno that fits; an escape is ours to tell.
     */
    int fd;
    uint32_t wrong = tm_beneath_open(dir, text, O_PATH, 0, &fd);
    if (wrong) return wrong;
    close(fd);
  }
  if (text[end]) text[end + 1] = '\0'; /* one '/' at the end says all that many do */
  *last = text + start;
  if (!start) return tm_beneath_open(dir, ".", O_PATH | O_DIRECTORY, 0, parent);
  text[start - 1] = '\0'; /* text[0] is no '/', so the parent is not empty */
  return tm_beneath_open(dir, text, O_PATH | O_DIRECTORY, 0, parent);
}

int tm_beneath_check(struct tm_error *error) {
  int dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) return tm_fail(error, -errno, "cannot open /: %s", strerror(errno));
  int fd = open_beneath(dir, ".", O_PATH | O_DIRECTORY, 0);
  close(dir);
  if (fd < 0)
    return tm_fail(error, fd,
                   "openat2 does not work here (%s), so a guest's paths cannot be kept inside its "
                   "directories: use Linux 5.6 or newer and a container that allows openat2",
                   strerror(-fd));
  close(fd);
  return 0;
}
