/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/http.h: a server for one page and one browser on this machine.
 *
 * Shared memory needs a cross-origin isolated page, so every answer carries the headers for it.
 * It listens on the loopback address only, at a port that the system picks. A connection that sends
 * nothing, too much or rubbish is dropped; it cannot hold up the others.
 *
 *     int fd = tm_http_listen(&port);
 *     tm_http_serve(fd, files, count, &hooks);
 */
#ifndef TM_HARNESS_ENGINES_HTTP_H
#define TM_HARNESS_ENGINES_HTTP_H

#include <stdbool.h>
#include <stddef.h>

struct tm_http_file {
  const char *path; /* "/litmus.js" */
  const char *type; /* "text/javascript" */
  const void *bytes;
  size_t size;
};

struct tm_http_hooks {
  void *context;
  /* The body of a POST, to any path; it ends in a 0 that is not counted. */
  void (*posted)(void *context, const char *body, size_t size);
  /* Asked about fifty times a second: is it over? */
  bool (*over)(void *context);
};

/* A listening socket, or -errno. */
int tm_http_listen(unsigned *port);
/* Serve until hooks->over says so. */
void tm_http_serve(int fd, const struct tm_http_file *files, size_t count,
                   const struct tm_http_hooks *hooks);

#endif
