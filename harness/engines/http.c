/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engines/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS = 32, MOST_BYTES = 4 << 20 };

struct connection {
  int fd; /* -1: free */
  char *text;
  size_t bytes, room;
};

int tm_http_listen(unsigned *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  if (bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, CONNECTIONS) < 0 ||
      getsockname(fd, (struct sockaddr *)&address, &size) < 0) {
    int code = -errno;
    close(fd);
    return code;
  }
  *port = ntohs(address.sin_port);
  return fd;
}

static void drop(struct connection *c) {
  if (c->fd >= 0) close(c->fd);
  free(c->text);
  *c = (struct connection){.fd = -1};
}

static void send_all(int fd, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    bytes += n;
    size -= (size_t)n;
  }
}

static void answer(int fd, const char *status, const char *type, const void *bytes, size_t size) {
  char head[512];
  int n = snprintf(head, sizeof head,
                   "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                   "Cross-Origin-Opener-Policy: same-origin\r\n"
                   "Cross-Origin-Embedder-Policy: require-corp\r\n"
                   "Cross-Origin-Resource-Policy: same-origin\r\n"
                   "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
                   status, type, size);
  send_all(fd, head, (size_t)n);
  send_all(fd, bytes, size);
}

/* The value of a header as a size; 0 when there is none. */
static size_t content_length(const char *head, const char *end) {
  for (const char *line = head; line && line < end; line = strstr(line, "\r\n")) {
    if (*line == '\r') line += 2;
    if (!strncasecmp(line, "content-length:", 15)) return strtoul(line + 15, NULL, 10);
  }
  return 0;
}

/* Answer the request if all of it is there. True when the connection has served its purpose. */
static bool handle(struct connection *c, const struct tm_http_file *files, size_t count,
                   const struct tm_http_hooks *hooks) {
  char *end = strstr(c->text, "\r\n\r\n");
  if (!end) return false;
  const char *body = end + 4;
  size_t have = c->bytes - (size_t)(body - c->text), want = content_length(c->text, end);
  if (want > MOST_BYTES) return true;
  if (have < want) return false;
  if (!strncmp(c->text, "POST ", 5)) {
    hooks->posted(hooks->context, body, have);
    answer(c->fd, "200 OK", "text/plain", "", 0);
    return true;
  }
  char *path = c->text + 4, *after = strncmp(c->text, "GET ", 4) ? NULL : strchr(path, ' ');
  if (!after) return true;
  *after = '\0';
  for (size_t i = 0; i < count; i++)
    if (!strcmp(files[i].path, path)) {
      answer(c->fd, "200 OK", files[i].type, files[i].bytes, files[i].size);
      return true;
    }
  answer(c->fd, "404 Not Found", "text/plain", "", 0);
  return true;
}

/* True when the connection is to be dropped. */
static bool receive(struct connection *c, const struct tm_http_file *files, size_t count,
                    const struct tm_http_hooks *hooks) {
  if (c->room - c->bytes < 4096) {
    size_t room = c->room + 65536;
    char *more = room <= MOST_BYTES + 65536 ? realloc(c->text, room) : NULL;
    if (!more) return true;
    c->text = more;
    c->room = room;
  }
  ssize_t n = recv(c->fd, c->text + c->bytes, c->room - c->bytes - 1, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (n <= 0) return true;
  c->bytes += (size_t)n;
  c->text[c->bytes] = '\0';
  return handle(c, files, count, hooks);
}

static void take(int fd, struct connection *c) {
  int new = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
  if (new < 0) return;
  struct connection *place = &c[0]; /* all taken: the first one has to go */
  for (int i = 0; i < CONNECTIONS && place->fd >= 0; i++)
    if (c[i].fd < 0) place = &c[i];
  drop(place);
  place->fd = new;
}

void tm_http_serve(int fd, const struct tm_http_file *files, size_t count,
                   const struct tm_http_hooks *hooks) {
  struct connection c[CONNECTIONS];
  for (int i = 0; i < CONNECTIONS; i++) c[i] = (struct connection){.fd = -1};
  while (!hooks->over(hooks->context)) {
    struct pollfd p[CONNECTIONS + 1];
    for (int i = 0; i < CONNECTIONS; i++) p[i] = (struct pollfd){.fd = c[i].fd, .events = POLLIN};
    p[CONNECTIONS] = (struct pollfd){.fd = fd, .events = POLLIN};
    if (poll(p, CONNECTIONS + 1, 20) <= 0) continue;
    for (int i = 0; i < CONNECTIONS; i++)
      if (p[i].revents && receive(&c[i], files, count, hooks)) drop(&c[i]);
    if (p[CONNECTIONS].revents) take(fd, c);
  }
  for (int i = 0; i < CONNECTIONS; i++) drop(&c[i]);
}
