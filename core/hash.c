/* SPDX-License-Identifier: Apache-2.0 */
#include "core/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void tm_sha256_init(struct tm_sha256 *h) { sha256_init(&h->state_); }

void tm_sha256_add(struct tm_sha256 *h, const void *bytes, size_t size) {
  if (size) sha256_update(&h->state_, size, bytes);
}

static void add_size(struct tm_sha256 *h, uint64_t size) {
  uint8_t le[8];
  for (int i = 0; i < 8; i++) le[i] = (uint8_t)(size >> (8 * i));
  tm_sha256_add(h, le, sizeof le);
}

void tm_sha256_part(struct tm_sha256 *h, const void *bytes, size_t size) {
  add_size(h, size);
  tm_sha256_add(h, bytes, size);
}

void tm_sha256_hex(struct tm_sha256 *h, char hex[TM_SHA256_HEX]) {
  static const char digits[] = "0123456789abcdef";
  uint8_t digest[TM_SHA256_BYTES];
  sha256_digest(&h->state_, sizeof digest, digest); /* nettle then starts anew */
  for (int i = 0; i < TM_SHA256_BYTES; i++) {
    hex[2 * i] = digits[digest[i] >> 4];
    hex[2 * i + 1] = digits[digest[i] & 15];
  }
  hex[TM_SHA256_HEX - 1] = '\0';
}

void tm_sha256_bytes(const void *bytes, size_t size, char hex[TM_SHA256_HEX]) {
  struct tm_sha256 h;
  tm_sha256_init(&h);
  tm_sha256_add(&h, bytes, size);
  tm_sha256_hex(&h, hex);
}

/* Read all of `fd` into the hash; `*size` gets the number of bytes read. */
static int add_fd(struct tm_sha256 *h, int fd, uint64_t *size) {
  uint8_t buffer[1 << 16];
  *size = 0;
  for (;;) {
    ssize_t n = read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -errno;
    if (n == 0) return 0;
    tm_sha256_add(h, buffer, (size_t)n);
    *size += (uint64_t)n;
  }
}

static int add_file(struct tm_sha256 *h, const char *path, bool framed, struct tm_error *error) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return tm_fail(error, -errno, "cannot open %s: %s; check the path and its permissions", path,
                   strerror(errno));
  struct stat st;
  if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
    close(fd);
    return tm_fail(error, -EINVAL, "%s is not a regular file; name a file", path);
  }
  if (framed) add_size(h, (uint64_t)st.st_size);
  uint64_t size;
  int rc = add_fd(h, fd, &size);
  close(fd);
  if (rc < 0)
    return tm_fail(error, rc, "cannot read %s: %s; check the disk it is on", path, strerror(-rc));
  if (framed && size != (uint64_t)st.st_size)
    return tm_fail(error, -EAGAIN, "%s changed while it was read; try again when nothing writes it",
                   path);
  return 0;
}

int tm_sha256_part_file(struct tm_sha256 *h, const char *path, struct tm_error *error) {
  return add_file(h, path, true, error);
}

int tm_sha256_file(const char *path, char hex[TM_SHA256_HEX], struct tm_error *error) {
  struct tm_sha256 h;
  tm_sha256_init(&h);
  int rc = add_file(&h, path, false, error);
  if (rc == 0) tm_sha256_hex(&h, hex);
  return rc;
}
