/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engines/browser.h"

#include "harness/engines/http.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char page[] = "<!DOCTYPE html><meta charset=utf-8><title>Tidemark</title>"
                           "<script src=\"litmus.js\"></script>\n";

struct session {
  pid_t browser;
  bool over;
};

static void posted(void *context, const char *body, size_t size) {
  struct session *s = context;
  printf("%.*s\n", (int)size, body);
  fflush(stdout);
  if (strstr(body, "\"done\"") || strstr(body, "\"error\"")) s->over = true;
}

static bool over(void *context) {
  struct session *s = context;
  int status;
  if (!s->over && waitpid(s->browser, &status, WNOHANG) == s->browser) {
    fprintf(stderr, "the browser ended by itself (status %d)\n", status);
    s->over = true;
  }
  return s->over;
}

/* Start the browser; what it prints is a complaint, not an answer. */
static pid_t start(struct tm_engine_command *c, const char *url) {
  for (unsigned i = 0; i < c->arguments; i++)
    if (!strcmp(c->argv[i], TM_BROWSER_URL)) c->argv[i] = (char *)(uintptr_t)url;
  pid_t pid = fork();
  if (pid != 0) return pid;
  char folder[PATH_MAX];
  if (getcwd(folder, sizeof folder)) setenv("HOME", folder, 1);
  dup2(2, 1);
  execvp(c->argv[0], c->argv);
  fprintf(stderr, "cannot start %s: %s\n", c->argv[0], strerror(errno));
  _exit(127);
}

static int body(void *context) {
  struct tm_engine_command *c = context;
  FILE *file = fopen("litmus.js", "rb");
  static char script[1 << 20];
  size_t size = file ? fread(script, 1, sizeof script, file) : 0;
  if (file) fclose(file);
  const struct tm_http_file files[] = {{"/", "text/html", page, sizeof page - 1},
                                       {"/litmus.js", "text/javascript", script, size}};
  unsigned port;
  int fd = tm_http_listen(&port);
  if (fd < 0) {
    fprintf(stderr, "cannot listen on the loopback address: %s\n", strerror(-fd));
    return 1;
  }
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%u/", port);
  struct session s = {.browser = start(c, url)};
  if (s.browser < 0) return 1;
  const struct tm_http_hooks hooks = {&s, posted, over};
  tm_http_serve(fd, files, sizeof files / sizeof *files, &hooks);
  kill(s.browser, SIGTERM); /* the rest of the group dies with this process */
  return 0;
}

int tm_browser_prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                       struct tm_error *error) {
  size_t size;
  const void *server = tm_engine_file("serve.py", &size);
  if (!server) tm_die("the program was built without the driver serve.py");
  command->spec.body = body;
  command->spec.context = command;
  int code = tm_engine_write(task, "serve.py", server, size, error);
  return code < 0 ? code : tm_engine_write_script(task, "page.js", error);
}
