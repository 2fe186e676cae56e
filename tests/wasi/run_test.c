/* SPDX-License-Identifier: Apache-2.0 */
/* `tidemark run`, end to end: whole programs, their output, their exit status, their traps.
 *
 * usage: wasi_run TIDEMARK GUESTS-BINARIES GUESTS-SOURCES; CMake fills them in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *tidemark, *binaries, *sources;

enum { ROOM = 8192, ARGUMENTS = 32 };

struct outcome {
  int status; /* exit status, or 1000 + signal */
  char out[ROOM], err[ROOM];
};

/* ---- running a program ------------------------------------------------------------------------*/

/* Copy what a pipe has into text; false at its end. */
static bool drain(int fd, char *text) {
  size_t used = strlen(text);
  char chunk[512];
  ssize_t n = read(fd, chunk, sizeof chunk);
  if (n <= 0) return false;
  if ((size_t)n > ROOM - 1 - used) n = (ssize_t)(ROOM - 1 - used);
  memcpy(text + used, chunk, (size_t)n);
  text[used + (size_t)n] = '\0';
  return true;
}

static void collect(int out, int err, struct outcome *o) {
  struct pollfd fds[] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
  char *texts[] = {o->out, o->err};
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    if (poll(fds, 2, -1) < 0) continue;
    for (int i = 0; i < 2; i++)
      if (fds[i].fd >= 0 && fds[i].revents && !drain(fds[i].fd, texts[i])) fds[i].fd = -1;
  }
}

static void run_child(char *const argv[], const char *input, int out, int err) {
  int in[2];
  if (pipe(in)) _exit(125);
  if (write(in[1], input, strlen(input)) < 0) _exit(125); /* it fits into the pipe */
  close(in[1]);
  dup2(in[0], 0);
  dup2(out, 1);
  dup2(err, 2);
  close(in[0]);
  execv(argv[0], argv);
  _exit(126);
}

/* Run `tidemark run` with these arguments, up to NULL. */
static struct outcome run(const char *input, ...) {
  struct outcome o = {.status = 0};
  char *argv[ARGUMENTS] = {(char *)tidemark, (char *)"run"};
  int count = 2, out[2], err[2], status;
  va_list more;
  va_start(more, input);
  while (count < ARGUMENTS - 1 && (argv[count] = va_arg(more, char *))) count++;
  va_end(more);
  argv[count] = NULL;
  assert_int_equal(pipe2(out, O_CLOEXEC), 0);
  assert_int_equal(pipe2(err, O_CLOEXEC), 0);
  pid_t child = fork();
  if (child == 0) run_child(argv, input, out[1], err[1]);
  assert_true(child > 0);
  close(out[1]), close(err[1]);
  collect(out[0], err[0], &o);
  close(out[0]), close(err[0]);
  assert_int_equal(waitpid(child, &status, 0), child);
  o.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  return o;
}

static const char *guest(const char *name) {
  static char path[512];
  snprintf(path, sizeof path, "%s/%s.wasm", binaries, name);
  return path;
}

static void assert_outcome(const struct outcome *o, int status, const char *out, const char *err) {
  if (o->status != status || strcmp(o->out, out) || strcmp(o->err, err))
    fail_msg("status %d, stdout [%s], stderr [%s]; expected %d, [%s], [%s]", o->status, o->out,
             o->err, status, out, err);
}

/* ---- traps ------------------------------------------------------------------------------------*/

static const struct {
  const char *mode, *words, *function;
} traps[] = {
    {"u", "unreachable", "give_up"},
    {"l", "out of bounds memory access", "load_beyond"},
    {"f", "out of bounds memory access", "store_far_beyond"},
    {"m", "out of bounds memory access", "fill_beyond"},
    {"z", "integer divide by zero", "divide"},
    {"v", "integer overflow", "divide"},
    {"c", "invalid conversion to integer", "convert"},
    {"d", "integer overflow", "convert_large"},
    {"b", "undefined element", "call_beyond"},
    {"n", "uninitialized element", "call_null"},
    {"y", "indirect call type mismatch", "call_other_type"},
    {"t", "out of bounds table access", "table_beyond"},
    {"s", "call stack exhausted", "deeper"},
    {"a", "unaligned atomic", "add_unaligned"},
    {"w", "expected shared memory", "wait_unshared"},
};

static void every_trap_is_told_and_exits_134(void **state) {
  (void)state;
  static const char *const strategies[] = {"guard", "slowpath", "lazytrap"};
  for (size_t s = 0; s < sizeof strategies / sizeof *strategies; s++)
    for (size_t i = 0; i < sizeof traps / sizeof *traps; i++) {
      char err[256];
      snprintf(err, sizeof err, "tidemark: trap in thread 0: %s in function \"%s\"\n",
               traps[i].words, traps[i].function);
      struct outcome o =
          run("", "--strategy", strategies[s], guest("traps"), traps[i].mode, (char *)NULL);
      assert_outcome(&o, 134, "before\n", err);
    }
}

static void exit_statuses_are_the_guests(void **state) {
  (void)state;
  struct outcome o = run("", guest("traps"), "-", (char *)NULL);
  assert_outcome(&o, 99, "before\n", "");
}

/* ---- threads ----------------------------------------------------------------------------------*/

/* Strategies of every make: without and with locks, that ask, that stop others, that move. */
static void threads_share_the_memory(void **state) {
  (void)state;
  static const char *const strategies[] = {"guard",        "push",      "lazytrap", "faultcommit",
                                           "interruptack", "stopworld", "rcuqsbr"};
  for (size_t i = 0; i < sizeof strategies / sizeof *strategies; i++) {
    struct outcome o = run("", "--strategy", strategies[i], guest("threads"), "j", (char *)NULL);
    assert_outcome(&o, 4, "", "");
    o = run("", "--strategy", strategies[i], guest("threads"), "g", (char *)NULL);
    assert_outcome(&o, 32, "", "");
    o = run("", "--strategy", strategies[i], guest("threads"), "e", (char *)NULL);
    assert_outcome(&o, 7, "", "");
  }
}

static void a_trap_in_a_thread_ends_the_program(void **state) {
  (void)state;
  struct outcome o = run("", guest("threads"), "t", (char *)NULL);
  assert_outcome(&o, 134, "",
                 "tidemark: trap in thread 1: unreachable in function \"thread_body\"\n");
  o = run("", guest("threads"), "x", (char *)NULL);
  assert_outcome(&o, 134, "",
                 "tidemark: trap in thread 1: call stack exhausted in function \"deeper\"\n");
  o = run("", guest("threads"), "q", (char *)NULL);
  assert_int_equal(o.status, 134);
  assert_non_null(strstr(o.err, "tidemark: trap in thread 0: unreachable"));
}

static void an_exit_in_a_thread_ends_the_program(void **state) {
  (void)state;
  struct outcome o = run("", guest("threads"), "e", (char *)NULL);
  assert_outcome(&o, 7, "", "");
}

static void a_return_from_main_ends_the_program(void **state) {
  (void)state;
  struct outcome o = run("", guest("threads"), "r", (char *)NULL);
  assert_outcome(&o, 0, "", "");
}

static void growing_to_the_maximum_together_ends_at_it(void **state) {
  (void)state;
  struct outcome o = run("", guest("threads"), "g", (char *)NULL);
  assert_outcome(&o, 32, "", "");
  o = run("", "--max-memory", "1M", guest("threads"), "g", (char *)NULL);
  assert_outcome(&o, 16, "", "");
}

static void read_whole(const char *path, char text[ROOM]) {
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  text[fread(text, 1, ROOM - 1, file)] = '\0';
  fclose(file);
}

/* Each waits for ever; the host, or the limit, says how many there can be: the status is the low
 * byte of how many the guest started, the statistics have all of it. */
static void ten_thousand_threads_end(void **state) {
  (void)state;
  static const char *const strategies[] = {"guard", "stopworld", "push"};
  char path[] = "/tmp/tidemark-stats-XXXXXX", text[ROOM];
  close(mkstemp(path));
  for (size_t i = 0; i < sizeof strategies / sizeof *strategies; i++) {
    struct outcome o = run("", "--strategy", strategies[i], "--max-threads", "10000", "--stats",
                           path, guest("threads"), "m", (char *)NULL);
    read_whole(path, text);
    const char *at = strstr(text, "\"threads\": ");
    assert_non_null(at);
    int threads = atoi(at + strlen("\"threads\": ")); /* the first one included */
    print_message("%s: %d threads\n", strategies[i], threads);
    assert_in_range(threads, 1001, 10000);
    assert_int_equal(o.status, (threads - 1) % 256);
    assert_string_equal(o.out, "");
    assert_null(strstr(o.err, "internal error"));
  }
  unlink(path);
}

static void numbers_of_threads_are_reused_by_the_host(void **state) {
  (void)state;
  struct outcome o = run("", "--max-threads=2", guest("threads"), "c", (char *)NULL);
  assert_outcome(&o, 0, "", "");
}

/* ---- limits -----------------------------------------------------------------------------------*/

static void limits_hold(void **state) {
  (void)state;
  struct outcome o = run("", "--max-threads", "6", guest("threads"), "m", (char *)NULL);
  assert_outcome(&o, 5, "", "");
  o = run("", "--max-memory", "64K", guest("threads"), "j", (char *)NULL);
  assert_int_equal(o.status, 2);
  assert_string_equal(o.out, "");
  assert_non_null(strstr(o.err, "needs a memory of 2 pages to start, and may have 1"));
  static const char *const forever[] = {"l", "p"};
  for (int i = 0; i < 2; i++) {
    o = run("", "--timeout", "0.2", guest("threads"), forever[i], (char *)NULL);
    assert_outcome(&o, 134, "", "tidemark: trap in thread 0: interrupted\n");
  }
}

/* ---- statistics -------------------------------------------------------------------------------*/

static void statistics_tell_what_the_run_took(void **state) {
  (void)state;
  char path[] = "/tmp/tidemark-stats-XXXXXX", text[ROOM];
  close(mkstemp(path));
  struct outcome o = run("", "--stats", path, guest("threads"), "g", (char *)NULL);
  assert_outcome(&o, 32, "", "");
  read_whole(path, text);
  static const char *const parts[] = {
      "\"strategy\": \"guard\"", "\"status\": 32",     "\"trap\": \"\"",
      "\"grows\": 30",           "\"peak_pages\": 32", "\"threads\": 5",
  };
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (!strstr(text, parts[i])) fail_msg("no %s in %s", parts[i], text);
  assert_true(strtoull(strstr(text, "\"guest_ns\": ") + 12, NULL, 10) > 0);
  assert_true(strtoull(strstr(text, "\"code_bytes\": ") + 14, NULL, 10) > 0);
  o = run("", "--stats", path, guest("threads"), "t", (char *)NULL);
  assert_int_equal(o.status, 134);
  read_whole(path, text);
  assert_non_null(strstr(text, "\"trap\": \"unreachable\""));
  unlink(path);
}

/* Also when no thread has left the guest at the program's end: it loops, waits in the host, or ends
 * in one thread while the main one waits. */
static void statistics_tell_of_threads_that_still_run(void **state) {
  (void)state;
  char path[] = "/tmp/tidemark-stats-XXXXXX", text[ROOM];
  close(mkstemp(path));
  static const char *const modes[] = {"l", "p", "e", "q"};
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    run("", "--timeout", "0.2", "--stats", path, guest("threads"), modes[i], (char *)NULL);
    read_whole(path, text);
    if (!strstr(text, "\"peak_pages\": 2,")) fail_msg("mode %s: %s", modes[i], text);
  }
  unlink(path);
}

/* ---- a program of the C library ---------------------------------------------------------------*/

/* The expected output was recorded under Node.js, whose WASI nobody here wrote. */
static void programs_of_wasi_libc_run_unchanged(void **state) {
  (void)state;
  char expected[ROOM], path[512], root[] = "/tmp/tidemark-run-XXXXXX", dir[600];
  if (access(guest("libc"), R_OK)) {
    print_message("skipped: no wasi-libc to build the guest with; install wasi-libc and "
                  "libclang-rt-19-dev-wasm32\n");
    skip();
  }
  snprintf(path, sizeof path, "%s/libc.expected", sources);
  read_whole(path, expected);
  assert_non_null(mkdtemp(root));
  snprintf(path, sizeof path, "%s/data", root);
  assert_int_equal(mkdir(path, 0777), 0);
  snprintf(dir, sizeof dir, "%s::/data", path);
  static const char *const strategies[] = {"guard", "precommit", "push"};
  for (size_t i = 0; i < sizeof strategies / sizeof *strategies; i++) {
    struct outcome o = run("a\nb\n", "--strategy", strategies[i], "--dir", dir, "--env",
                           "NAME=value", guest("libc"), "one", "two 2", (char *)NULL);
    assert_outcome(&o, 42, expected, "to stderr\n");
  }
  assert_int_equal(rmdir(path), 0); /* the guest left nothing behind */
  assert_int_equal(rmdir(root), 0);
}

/* ---- wrong input ------------------------------------------------------------------------------*/

static void wrong_input_is_one_sentence(void **state) {
  (void)state;
  static const struct {
    const char *arguments[4], *sentence;
  } wrong[] = {
      {{NULL}, "which module?"},
      {{"--strategy", "none", "x.wasm"}, "unknown strategy 'none'"},
      {{"--dir"}, "option --dir needs a value"},
      {{"--dir", "::x", "x.wasm"}, "--dir wants HOST::GUEST"},
      {{"--env", "=x", "x.wasm"}, "--env wants NAME=VALUE"},
      {{"--max-memory", "1T", "x.wasm"}, "--max-memory wants a size"},
      {{"--max-memory", "1K", "x.wasm"}, "less than one page"},
      {{"--max-memory", "-1", "x.wasm"}, "--max-memory wants a size"},
      {{"--max-memory", "99999999999999999999G", "x.wasm"}, "--max-memory wants a size"},
      {{"--max-threads", "0", "x.wasm"}, "--max-threads wants a number"},
      {{"--stats", "/nonexistent/file", "x.wasm"}, "cannot write statistics to /nonexistent/file"},
      {{"--timeout", "soon", "x.wasm"}, "--timeout wants a number"},
      {{"--timeout", "nan", "x.wasm"}, "--timeout wants a number"},
      {{"--wrong", "x.wasm"}, "unknown option --wrong"},
      {{"/nonexistent.wasm"}, "/nonexistent.wasm"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    const char *const *a = wrong[i].arguments;
    struct outcome o = run("", a[0], a[1], a[2], a[3], (char *)NULL);
    if (o.status != 2 || !strstr(o.err, wrong[i].sentence) || o.out[0] ||
        strchr(o.err, '\n') != o.err + strlen(o.err) - 1)
      fail_msg("status %d, stderr [%s]; expected 2 and '%s'", o.status, o.err, wrong[i].sentence);
  }
}

static void modules_that_are_no_programs_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *name, *sentence;
  } wrong[] = {
      {"no_start", "exports no function _start"},
      {"other_start", "_start has the type"},
      {"old_wasi", "imports wasi_unstable"},
      {"unknown_import", "no_such_function"},
      {"wrong_type", "fd_close"},
      {"unshared_threads", "no shared memory"},
      {"no_thread_start", "exports no function wasi_thread_start"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct outcome o = run("", guest(wrong[i].name), (char *)NULL);
    if (o.status != 2 || !strstr(o.err, wrong[i].sentence))
      fail_msg("%s: status %d, stderr [%s]", wrong[i].name, o.status, o.err);
  }
  struct outcome o = run("", "--dir", "/nonexistent/directory", guest("traps"), "-", (char *)NULL);
  assert_int_equal(o.status, 2);
  assert_non_null(strstr(o.err, "/nonexistent/directory"));
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  tidemark = argv[1], binaries = argv[2], sources = argv[3];
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_trap_is_told_and_exits_134),
      cmocka_unit_test(exit_statuses_are_the_guests),
      cmocka_unit_test(threads_share_the_memory),
      cmocka_unit_test(a_trap_in_a_thread_ends_the_program),
      cmocka_unit_test(an_exit_in_a_thread_ends_the_program),
      cmocka_unit_test(a_return_from_main_ends_the_program),
      cmocka_unit_test(growing_to_the_maximum_together_ends_at_it),
      cmocka_unit_test(numbers_of_threads_are_reused_by_the_host),
      cmocka_unit_test(ten_thousand_threads_end),
      cmocka_unit_test(limits_hold),
      cmocka_unit_test(statistics_tell_what_the_run_took),
      cmocka_unit_test(statistics_tell_of_threads_that_still_run),
      cmocka_unit_test(programs_of_wasi_libc_run_unchanged),
      cmocka_unit_test(wrong_input_is_one_sentence),
      cmocka_unit_test(modules_that_are_no_programs_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
