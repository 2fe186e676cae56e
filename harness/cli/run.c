/* SPDX-License-Identifier: Apache-2.0 */
/* tidemark run: one guest program, its output and its exit status, nothing added. */
#include "harness/cli/cli.h"
#include "harness/wasi/wasi.h"
#include "harness/wasm/module.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: tidemark run [OPTION…] MODULE.wasm [ARGUMENT…]\n\n"
    "Run a WASI command module (preview1, with or without wasi-threads) under a strategy. Its\n"
    "output and exit status are the guest's; a trap prints one line and exits 134.\n\n"
    "  --strategy NAME      guard unless given; 'tidemark strategies' lists them\n"
    "  --layout NAME        where instances keep what they know of their memory: inline (unless\n"
    "                       given), union, table or side; with +call, such as table+call,\n"
    "                       memory.size is a call into the host\n"
    "  --dir HOST::GUEST    let the guest use directory HOST under the name GUEST (or HOST "
    "alone);\n"
    "                       may be repeated. It sees no other files\n"
    "  --env NAME=VALUE     set a variable of its environment, which is empty otherwise\n"
    "  --max-memory SIZE    limit of its memory, and of all its tables together: bytes, or with "
    "K,\n"
    "                       M or G\n"
    "  --max-threads N      threads alive at one time, the main one included (1024)\n"
    "  --stack SIZE         stack of its main thread (8M); other threads have 1M\n"
    "  --stats FILE         write what the run took, as JSON; accesses are counted when\n"
    "                       TIDEMARK_CFLAGS has -DTM_COUNT_ACCESSES, for guests of one thread\n"
    "  --timeout SECONDS    end it with the trap 'interrupted' after that time\n";

enum { MOST = 256 }; /* of --dir and of --env */

struct request {
  const struct tm_strategy_entry *strategy;
  struct tm_layout layout;
  struct tm_wasi_options options;
  const char *stats;
  uint64_t max_memory_bytes; /* 0: no limit of ours */
  struct tm_wasi_preopen preopens[MOST];
  const char *env[MOST];
};

/* Descriptors 0 to 2 exist from here on, so that none of our own files can pass for one. */
static void open_stdio(void) {
  for (int fd = 0; fd < 3; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) < 0) _exit(2);
}

/* A size such as 65536, 64K, 512M, 2G, in bytes. */
static bool parse_size(const char *text, uint64_t *bytes) {
  static const char units[] = "KMG";
  char digits[24];
  size_t length = strlen(text);
  unsigned shift = 0;
  const char *unit = length ? strchr(units, text[length - 1]) : NULL;
  if (unit) shift = 10 * (unsigned)(unit - units + 1), length--;
  if (length == 0 || length >= sizeof digits) return false;
  memcpy(digits, text, length);
  digits[length] = '\0';
  long n;
  if (!tm_cli_number(digits, 1, 1L << 32, &n)) return false;
  *bytes = (uint64_t)n << shift;
  return true;
}

static int add_dir(struct request *r, char *text) {
  if (r->options.preopen_count == MOST)
    return tm_cli_wrong("run", "more than %d times --dir", MOST);
  char *split = strstr(text, "::");
  if (split) *split = '\0';
  const char *guest = split ? split + 2 : text;
  if (!*text || !*guest)
    return tm_cli_wrong("run", "--dir wants HOST::GUEST, two names of a directory");
  r->preopens[r->options.preopen_count++] = (struct tm_wasi_preopen){text, guest};
  return 0;
}

static int add_env(struct request *r, const char *text) {
  const char *equals = strchr(text, '=');
  if (r->options.env_count == MOST) return tm_cli_wrong("run", "more than %d times --env", MOST);
  if (!equals || equals == text)
    return tm_cli_wrong("run", "--env wants NAME=VALUE, not '%s'", text);
  r->env[r->options.env_count++] = text;
  return 0;
}

static int set_timeout(struct request *r, const char *text) {
  char *end;
  double seconds = strtod(text, &end);
  if (end == text || *end || !(seconds > 0 && seconds <= 1e9))
    return tm_cli_wrong("run", "--timeout wants a number of seconds, not '%s'", text);
  r->options.timeout_ns = (uint64_t)(seconds * 1e9) + 1;
  return 0;
}

static int set_strategy(struct request *r, const char *name) {
  r->strategy = tm_strategy_find(name);
  if (r->strategy) return 0;
  return tm_cli_wrong("run", "unknown strategy '%s'; 'tidemark strategies' lists them", name);
}

static int set_layout(struct request *r, const char *text) {
  struct tm_error error;
  return tm_layout_parse(text, &r->layout, &error) ? tm_cli_wrong("run", "%s", error.text) : 0;
}

static int set_size(const char *option, const char *text, uint64_t *bytes) {
  if (parse_size(text, bytes)) return 0;
  return tm_cli_wrong("run", "%s wants a size such as 65536, 64K, 512M or 2G, not '%s'", option,
                      text);
}

/* The options before the module; 0, or an exit status. */
static int read_options(struct tm_args *a, struct request *r) {
  int wrong = 0;
  while (!wrong && tm_args_option(a)) {
    const char *value;
    uint64_t bytes;
    long n;
    if ((value = tm_args_value(a, "--strategy"))) {
      wrong = set_strategy(r, value);
    } else if ((value = tm_args_value(a, "--layout"))) {
      wrong = set_layout(r, value);
    } else if ((value = tm_args_value(a, "--dir"))) {
      wrong = add_dir(r, (char *)value); /* points into argv, which is ours to change */
    } else if ((value = tm_args_value(a, "--env"))) {
      wrong = add_env(r, value);
    } else if ((value = tm_args_value(a, "--max-memory"))) {
      wrong = set_size("--max-memory", value, &r->max_memory_bytes);
    } else if ((value = tm_args_value(a, "--stack"))) {
      wrong = set_size("--stack", value, &bytes);
      if (!wrong) r->options.main_stack_bytes = bytes;
    } else if ((value = tm_args_value(a, "--max-threads"))) {
      if (!tm_cli_number(value, 1, 10000, &n))
        wrong =
            tm_cli_wrong("run", "--max-threads wants a number from 1 to 10000, not '%s'", value);
      else
        r->options.max_threads = (uint32_t)n;
    } else if ((value = tm_args_value(a, "--stats"))) {
      r->stats = value;
    } else if ((value = tm_args_value(a, "--timeout"))) {
      wrong = set_timeout(r, value);
    } else {
      wrong = tm_args_unknown(a, "run");
    }
  }
  return wrong;
}

static bool wants_help(int argc, char **argv) {
  return argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));
}

/* Run the loaded module; an exit status. *running: its threads still use the module. */
static int run(const struct request *r, struct tm_module *module, FILE *stats, bool *running) {
  struct tm_wasi_result result;
  struct tm_error error;
  int failed = tm_wasi_run(module, &r->options, &result, &error);
  *running = result.running > 0;
  if (failed) return tm_cli_wrong("run", "%s", error.text);
  tm_wasi_report(&result, stderr);
  if (!stats) return result.status & 0xff;
  fprintf(stats,
          "{\"strategy\": \"%s\", \"status\": %d, \"trap\": \"%s\", \"guest_ns\": %" PRIu64
          ", \"grows\": %" PRIu64 ", \"peak_pages\": %" PRIu64
          ", \"threads\": %u, \"code_bytes\": %zu, \"accesses\": %" PRIu64 "}\n",
          r->strategy->strategy->name, result.status,
          result.trap.code == TM_TRAP_EXIT ? "" : tm_trap_words(result.trap.code), result.guest_ns,
          result.grows, result.peak_pages, result.threads, tm_module_code_bytes(module),
          tm_module_accesses(module));
  if (fflush(stats) || ferror(stats))
    return tm_cli_wrong("run", "cannot write statistics to %s: %s", r->stats, strerror(errno));
  return result.status & 0xff;
}

int tm_command_run(int argc, char **argv) {
  if (wants_help(argc, argv)) {
    fputs(help, stdout);
    return TM_EXIT_OK;
  }
  open_stdio();
  signal(SIGPIPE, SIG_IGN); /* a closed pipe is an errno for the guest, not our end */

  static struct request r;
  r.options = tm_wasi_options();
  r.options.preopens = r.preopens;
  r.options.env = r.env;
  r.strategy = tm_strategy_find("guard");
  struct tm_args a = tm_args(argc, argv);
  int wrong = read_options(&a, &r);
  if (wrong) return wrong;
  if (r.max_memory_bytes && r.max_memory_bytes < TM_PAGE_BYTES)
    return tm_cli_wrong("run", "--max-memory is less than one page, 64K");
  if (a.next >= argc) return tm_cli_wrong("run", "which module? see 'tidemark run --help'");
  r.options.argc = argc - a.next;
  r.options.argv = argv + a.next;

  FILE *stats = r.stats ? fopen(r.stats, "we") : NULL;
  if (r.stats && !stats)
    return tm_cli_wrong("run", "cannot write statistics to %s: %s", r.stats, strerror(errno));
  struct tm_error error;
  struct tm_module *module;
  struct tm_module_options how = {.strategy = r.strategy->strategy,
                                  .layout = r.layout,
                                  .progress = true,
                                  .max_pages = r.max_memory_bytes / TM_PAGE_BYTES};
  if (tm_module_load(argv[a.next], &how, &module, &error) < 0)
    return tm_cli_wrong("run", "%s", error.text);
  bool running;
  int status = run(&r, module, stats, &running);
  if (running) _exit(status);
  tm_module_free(module);
  if (stats) fclose(stats);
  return status;
}
