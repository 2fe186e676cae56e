/* SPDX-License-Identifier: Apache-2.0 */
/* The server of a browser's page: the headers that shared memory needs, and visitors who send
 * nothing, too much, rubbish or half a request. */
#include "harness/engines/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct tm_http_file files[] = {{"/", "text/html", "page", 4},
                                            {"/litmus.js", "text/javascript", "script", 6}};

struct server {
  int fd;
  unsigned port;
  pthread_t thread;
  atomic_bool over;
  char body[256];
  atomic_uint posts;
};

static void posted(void *context, const char *body, size_t size) {
  struct server *s = context;
  snprintf(s->body, sizeof s->body, "%.*s", (int)(size < 200 ? size : 200), body);
  s->posts++;
}

static bool over(void *context) { return ((struct server *)context)->over; }

static void *serve(void *context) {
  struct server *s = context;
  const struct tm_http_hooks hooks = {s, posted, over};
  tm_http_serve(s->fd, files, 2, &hooks);
  return NULL;
}

static int set_up(void **state) {
  struct server *s = calloc(1, sizeof *s);
  if (!s) return -1;
  s->fd = tm_http_listen(&s->port);
  *state = s;
  return s->fd < 0 ? -1 : pthread_create(&s->thread, NULL, serve, s);
}

static int tear_down(void **state) {
  struct server *s = *state;
  s->over = true;
  pthread_join(s->thread, NULL);
  close(s->fd);
  free(s);
  return 0;
}

static int visit(const struct server *s) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)s->port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true(fd >= 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
  return fd;
}

/* Send all of it and read the answer to its end. */
static void ask(const struct server *s, const char *request, size_t size, char *answer,
                size_t room) {
  int fd = visit(s);
  size_t n = 0;
  while (size > 0) {
    ssize_t sent = send(fd, request, size, MSG_NOSIGNAL);
    if (sent <= 0) break; /* it has had enough */
    request += sent;
    size -= (size_t)sent;
  }
  for (ssize_t got; n + 1 < room && (got = recv(fd, answer + n, room - n - 1, 0)) > 0;)
    n += (size_t)got;
  answer[n] = '\0';
  close(fd);
}

static void get(const struct server *s, const char *path, char *answer, size_t room) {
  char request[256];
  snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
  ask(s, request, strlen(request), answer, room);
}

static void pages(void **state) {
  char answer[2048];
  get(*state, "/", answer, sizeof answer);
  assert_ptr_equal(strstr(answer, "HTTP/1.1 200 OK\r\n"), answer);
  assert_non_null(strstr(answer, "\r\nCross-Origin-Opener-Policy: same-origin\r\n"));
  assert_non_null(strstr(answer, "\r\nCross-Origin-Embedder-Policy: require-corp\r\n"));
  assert_non_null(strstr(answer, "\r\nContent-Length: 4\r\n"));
  assert_non_null(strstr(answer, "\r\n\r\npage"));
  get(*state, "/litmus.js", answer, sizeof answer);
  assert_non_null(strstr(answer, "text/javascript"));
  assert_non_null(strstr(answer, "\r\n\r\nscript"));
  get(*state, "/../../etc/passwd", answer, sizeof answer);
  assert_ptr_equal(strstr(answer, "HTTP/1.1 404"), answer);
}

static void posts(void **state) {
  struct server *s = *state;
  char answer[1024];
  const char request[] = "POST /report HTTP/1.1\r\ncontent-LENGTH: 5\r\n\r\nhello";
  ask(s, request, sizeof request - 1, answer, sizeof answer);
  assert_ptr_equal(strstr(answer, "HTTP/1.1 200 OK\r\n"), answer);
  assert_int_equal(s->posts, 1);
  assert_string_equal(s->body, "hello");
}

/* Bad visitors come and stay; a good one is served all the same. */
static void bad_visitors(void **state) {
  struct server *s = *state;
  char answer[1024];
  int silent[40];
  for (int i = 0; i < 40; i++) silent[i] = visit(s); /* more than it keeps */
  assert_true(send(silent[39], "GET / HT", 8, MSG_NOSIGNAL) == 8);
  ask(s, "\r\n\r\n", 4, answer, sizeof answer);
  assert_string_equal(answer, "");
  ask(s, "GET\r\n\r\n", 7, answer, sizeof answer);
  static const char huge[] = "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n";
  ask(s, huge, sizeof huge - 1, answer, sizeof answer);
  assert_string_equal(answer, "");
  size_t much = 6 << 20; /* and no end of headers */
  char *flood = malloc(much);
  assert_non_null(flood);
  memset(flood, 'x', much);
  ask(s, flood, much, answer, sizeof answer);
  free(flood);
  assert_int_equal(s->posts, 0);
  pages(state);
  for (int i = 0; i < 40; i++) close(silent[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(pages, set_up, tear_down),
      cmocka_unit_test_setup_teardown(posts, set_up, tear_down),
      cmocka_unit_test_setup_teardown(bad_visitors, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
