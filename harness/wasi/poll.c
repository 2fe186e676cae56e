/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/poll.c: wait until a descriptor is ready or a moment has come. */
#include "harness/wasi/clock.h"
#include "harness/wasi/functions.h"
#include "harness/wasi/process.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than any guest can use, with 65536 descriptors to read and write. */
enum { MOST_SUBSCRIPTIONS = 1 << 18 };

/* One subscription, copied out of guest memory. */
struct subscription {
  uint64_t userdata;
  uint8_t tag;
  uint32_t fd;               /* descriptors */
  struct tm_wasi_file *file; /* referenced, or NULL */
  clockid_t clock;           /* clocks */
  uint64_t deadline;         /* in that clock's time */
  uint32_t error;            /* it is ready at once, with this error */
};

static void read_clock(struct subscription *s, const uint8_t *bytes) {
  uint32_t id;
  uint64_t timeout;
  uint16_t flags;
  memcpy(&id, bytes + 16, sizeof id);
  memcpy(&timeout, bytes + 24, sizeof timeout);
  memcpy(&flags, bytes + 40, sizeof flags);
  if (id > TM_CLOCK_MONOTONIC || flags > TM_SUBSCRIPTION_ABSTIME) {
    /* Nobody can wait for processor time to pass. */
    s->error = id == TM_CLOCK_PROCESS_CPUTIME || id == TM_CLOCK_THREAD_CPUTIME ? TM_WASI_NOTSUP
                                                                               : TM_WASI_INVAL;
    return;
  }
  tm_wasi_clock(id, &s->clock);
  uint64_t now = flags & TM_SUBSCRIPTION_ABSTIME ? 0 : tm_wasi_now(s->clock);
  s->deadline = timeout > UINT64_MAX - now ? UINT64_MAX : now + timeout;
}

/* Understand one subscription. INVAL ends the whole call. */
static uint32_t read_subscription(struct tm_wasi *process, const uint8_t *bytes,
                                  struct subscription *s) {
  *s = (struct subscription){.tag = bytes[8]};
  memcpy(&s->userdata, bytes, sizeof s->userdata);
  switch (s->tag) {
  case TM_EVENT_CLOCK: read_clock(s, bytes); return TM_WASI_SUCCESS;
  case TM_EVENT_FD_READ:
  case TM_EVENT_FD_WRITE:
    memcpy(&s->fd, bytes + 16, sizeof s->fd);
    s->error = tm_wasi_table_get(&process->table, s->fd, TM_RIGHT_POLL_FD_READWRITE, &s->file);
    return TM_WASI_SUCCESS;
  default: return TM_WASI_INVAL;
  }
}

/* The longest we may sleep before a clock subscription is due; false: for ever. */
static bool time_left(const struct subscription *s, uint32_t count, uint64_t *left) {
  bool any = false;
  for (uint32_t i = 0; i < count; i++) {
    if (s[i].tag != TM_EVENT_CLOCK || s[i].error) continue;
    uint64_t now = tm_wasi_now(s[i].clock);
    uint64_t mine = s[i].deadline > now ? s[i].deadline - now : 0;
    if (!any || mine < *left) *left = mine;
    any = true;
  }
  return any;
}

/* How many bytes can be read without waiting, as far as can be known. */
static uint64_t readable_bytes(int fd) {
  struct stat stat;
  int bytes = 0;
  if (!fstat(fd, &stat) && S_ISREG(stat.st_mode)) {
    off_t at = lseek(fd, 0, SEEK_CUR);
    return at >= 0 && at < stat.st_size ? (uint64_t)(stat.st_size - at) : 0;
  }
  return !ioctl(fd, FIONREAD, &bytes) && bytes > 0 ? (uint64_t)bytes : 0;
}

/* The event of a subscription that is ready; false when it is not. */
static bool make_event(const struct subscription *s, const struct pollfd *host, uint8_t *event) {
  uint64_t bytes = 0;
  uint16_t error = (uint16_t)s->error, flags = 0;
  if (s->tag == TM_EVENT_CLOCK) {
    if (!error && tm_wasi_now(s->clock) < s->deadline) return false;
  } else if (!error) {
    if (!host->revents) return false;
    if (host->revents & POLLHUP) flags |= TM_EVENT_HANGUP;
    if (host->revents & POLLNVAL) error = TM_WASI_BADF;
    if (s->tag == TM_EVENT_FD_READ) bytes = readable_bytes(s->file->fd);
  }
  memset(event, 0, TM_EVENT_BYTES);
  memcpy(event, &s->userdata, sizeof s->userdata);
  memcpy(event + 8, &error, sizeof error);
  event[10] = s->tag;
  memcpy(event + 16, &bytes, sizeof bytes);
  memcpy(event + 24, &flags, sizeof flags);
  return true;
}

/* Sleep until one is ready, then write the events of all that are. */
static uint32_t wait_for_any(struct tm_wasi_instance *g, const struct subscription *s,
                             struct pollfd *host, uint32_t count, uint32_t events,
                             uint32_t *ready) {
  uint64_t left = 0;
  bool at_once = false;
  for (uint32_t i = 0; i < count; i++) {
    at_once = at_once || s[i].error;
    host[i] = (struct pollfd){.fd = s[i].file ? s[i].file->fd : -1,
                              .events = s[i].tag == TM_EVENT_FD_READ ? POLLIN : POLLOUT};
  }
  for (*ready = 0; *ready == 0;) {
    bool limited = time_left(s, count, &left);
    if (at_once) limited = true, left = 0;
    struct timespec sleep = {.tv_sec = (time_t)(left / 1000000000),
                             .tv_nsec = (long)(left % 1000000000)};
    tm_linear_park(g->memory, g->view);
    int found = ppoll(host, count, limited ? &sleep : NULL, NULL);
    int host_errno = errno;
    tm_linear_unpark(g->memory, g->view);
    if (found < 0 && host_errno == EINTR) continue;
    if (found < 0) return tm_wasi_errno(host_errno);
    for (uint32_t i = 0; i < count; i++) {
      uint8_t event[TM_EVENT_BYTES];
      if (!make_event(&s[i], &host[i], event)) continue;
      uint64_t to = events + (uint64_t)*ready * TM_EVENT_BYTES;
      if (!tm_wasi_put(g, to, event, sizeof event)) return TM_WASI_FAULT;
      ++*ready;
    }
  }
  return TM_WASI_SUCCESS;
}

uint32_t tm_wasi_poll_oneoff(void *env, uint32_t subscriptions, uint32_t events, uint32_t count,
                             uint32_t ready) {
  struct tm_wasi_instance *g = tm_wasi_enter(env);
  if (count == 0 || count > MOST_SUBSCRIPTIONS) return TM_WASI_INVAL;
  if (!tm_wasi_at(g, subscriptions, (uint64_t)count * TM_SUBSCRIPTION_BYTES) ||
      !tm_wasi_at(g, events, (uint64_t)count * TM_EVENT_BYTES) || !tm_wasi_at(g, ready, 4))
    return TM_WASI_FAULT;
  struct subscription *s = calloc(count, sizeof *s);
  struct pollfd *host = calloc(count, sizeof *host);
  uint32_t wrong = s && host ? TM_WASI_SUCCESS : TM_WASI_NOMEM, read = 0, found = 0;
  for (; !wrong && read < count; read++) {
    uint8_t bytes[TM_SUBSCRIPTION_BYTES];
    tm_wasi_get(g, subscriptions + (uint64_t)read * sizeof bytes, bytes, sizeof bytes);
    wrong = read_subscription(g->process, bytes, &s[read]);
  }
  if (!wrong) wrong = wait_for_any(g, s, host, count, events, &found);
  for (uint32_t i = 0; i < read; i++)
    if (s[i].file) tm_wasi_file_drop(s[i].file);
  free(s);
  free(host);
  if (wrong) return wrong;
  return tm_wasi_put_u32(g, ready, found) ? TM_WASI_SUCCESS : TM_WASI_FAULT;
}
