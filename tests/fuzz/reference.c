/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/reference.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static bool start(struct reference *r, char *const argv[]) {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC)) return false;
  if (pipe2(out, O_CLOEXEC)) {
    close(in[0]), close(in[1]);
    return false;
  }
  r->pid = fork();
  if (r->pid == 0) {
    dup2(in[0], 0), dup2(out[1], 1);
    if (!freopen("/dev/null", "w", stderr)) _exit(126);
    execvp(argv[0], argv);
    _exit(127);
  }
  close(in[0]), close(out[1]);
  r->to = fdopen(in[1], "w");
  r->from = fdopen(out[0], "r");
  return r->pid > 0 && r->to && r->from;
}

bool reference_run(struct reference *r, const char *path, struct tm_text *transcript) {
  char *line = NULL;
  size_t room = 0;
  bool whole = false;
  fprintf(r->to, "%s\n", path);
  fflush(r->to);
  while (!whole && getline(&line, &room, r->from) > 0) {
    whole = !strcmp(line, ".\n");
    if (!whole) tm_text_put(transcript, line);
  }
  free(line);
  return whole;
}

bool reference_start(struct reference *r, const char *name, char *const argv[], const char *probe) {
  struct tm_text nothing = {0};
  signal(SIGPIPE, SIG_IGN);
  *r = (struct reference){.name = name};
  bool answers = start(r, argv) && reference_run(r, probe, &nothing);
  tm_text_free(&nothing);
  if (!answers) reference_stop(r);
  return answers;
}

void reference_stop(struct reference *r) {
  if (r->to) fclose(r->to);
  if (r->from) fclose(r->from);
  if (r->pid > 0) waitpid(r->pid, NULL, 0);
  *r = (struct reference){.name = r->name};
}
