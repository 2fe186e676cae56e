/* SPDX-License-Identifier: Apache-2.0 */
/* Random modules under every strategy, against V8 and Wasmtime: the same results, traps and final
 * memory.
 *
 *   differential [OPTION…]              random modules, from where the last run in --folder stopped
 *   differential [OPTION…] FILE…        these (.wasm, .wat); FILE.txt is the transcript if there is
 * one
 *
 *   --modules N, --seconds S    stop after so many
 *   --folder DIR                state (progress) and findings (SEED.wasm, SEED.txt); default "fuzz"
 *   --first N                   start with seed N, whatever the state says; "now": from the clock
 *   --strategies A,B            default: all candidates
 *   --flags F                   for the compiler; default: -O0, every eighth batch -O2
 *   --compiler C                default clang-19
 *   --python P                  a Python that has the package wasmtime; default python3
 *   --generator G               wasm-opt (default), wasm-tools or instructions (generators.h)
 *   --plant 'NAME(…) TEXT'      a fault: redefine a helper of the translator
 *   --write                     write FILE.txt from the references
 *   --reduce                    make FILE.wasm, which does not agree, smaller: FILE.wasm.reduced
 *   --quiet                     no lines about differences
 *
 * Exit 0: all agree; 1: some do not; 2: wrong use; 77: nothing to compare with, or no generator.
 */
#include "harness/wasm/wat.h"
#include "strategies/strategies.h"
#include "tests/fuzz/generators.h"
#include "tests/fuzz/reference.h"
#include "tests/fuzz/transcript.h"
#include "tests/wasm/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = GENERATOR_BATCH, STRATEGIES = 64, CHILD_SECONDS = 600, STACK_BYTES = 64 << 20 };

static struct {
  const char *folder, *flags, *compiler, *python, *plant;
  const char *strategies[STRATEGIES];
  int strategy_count;
  uint64_t modules, seconds, first;
  bool has_first, write, reduce, quiet;
  const struct generator *generator;
} options = {.folder = "fuzz",
             .compiler = "clang-19",
             .python = "python3",
             .modules = UINT64_MAX,
             .seconds = UINT64_MAX};

static struct {
  uint64_t next, clean, refused, disagreements, findings;
} state;

static struct reference references[2];
static int reference_count;

/* One module of a batch. */
struct one {
  char path[PATH_MAX];
  uint64_t seed;
  struct tm_text expected;
  bool skip; /* the references disagree or refuse it */
};

/* What a batch's child shares with its parent. */
struct shared {
  uint32_t at;       /* module being run */
  uint32_t strategy; /* under this one */
  uint32_t clean, refused;
  bool finding[BATCH];
};
static struct shared *shared;

/* ---- modules ----------------------------------------------------------------------------------*/

/* The file's name repeats after two batches: one is made while the other runs. */
static bool generate(struct one *m, uint64_t seed) {
  m->seed = seed;
  snprintf(m->path, sizeof m->path, "%s/module-%03u.wasm", options.folder,
           (unsigned)(seed % (2 * BATCH)));
  return options.generator->make(seed, options.folder, m->path);
}

static void *read_file(const char *path, size_t *size) {
  FILE *f = fopen(path, "re");
  if (!f) return NULL;
  fseek(f, 0, SEEK_END);
  *size = (size_t)ftell(f);
  rewind(f);
  char *bytes = malloc(*size + 1);
  if (bytes && fread(bytes, 1, *size, f) == *size) {
    bytes[*size] = '\0';
  } else {
    free(bytes);
    bytes = NULL;
  }
  fclose(f);
  return bytes;
}

static void write_file(const char *path, const void *bytes, size_t size) {
  FILE *f = fopen(path, "we");
  if (!f || fwrite(bytes, 1, size, f) != size || fclose(f))
    tm_die("cannot write %s: %s", path, strerror(errno));
}

/* FILE.wasm → FILE.txt */
static void transcript_path(const char *file, char path[PATH_MAX]) {
  const char *dot = strrchr(file, '.');
  snprintf(path, PATH_MAX, "%.*s.txt", dot ? (int)(dot - file) : (int)strlen(file), file);
}

/* ---- references -------------------------------------------------------------------------------*/

static void start_references(const char *source, const char *probe) {
  char js[PATH_MAX], py[PATH_MAX];
  snprintf(js, sizeof js, "%s/tests/fuzz/reference.js", source);
  snprintf(py, sizeof py, "%s/tests/fuzz/reference.py", source);
  char *v8[] = {"node", js, NULL}, *wasmtime[] = {(char *)(uintptr_t)options.python, py, NULL};
  struct reference r;
  if (reference_start(&r, "V8", v8, probe)) references[reference_count++] = r;
  if (reference_start(&r, "Wasmtime", wasmtime, probe)) references[reference_count++] = r;
}

/* Do the transcripts say the same? An atomic access that is neither aligned nor in bounds may trap
 * for either reason: V8 looks at the bounds first. Where `a` says memory, `b` may say unaligned. */
static bool agree(const struct tm_text *a, const struct tm_text *b) {
  static const char bounds[] = "trap memory\n", unaligned[] = "trap unaligned\n";
  const char *x = a->data, *x_end = x + a->size, *y = b->data, *y_end = y + b->size;
  while (x < x_end && y < y_end) {
    const char *p = memchr(x, '\n', (size_t)(x_end - x)), *q = memchr(y, '\n', (size_t)(y_end - y));
    if (!p || !q) return false;
    size_t n = (size_t)(++p - x), m = (size_t)(++q - y);
    bool same = n == m && !memcmp(x, y, n);
    same |= n == sizeof bounds - 1 && m == sizeof unaligned - 1 && !memcmp(x, bounds, n) &&
            !memcmp(y, unaligned, m);
    if (!same) return false;
    x = p, y = q;
  }
  return x == x_end && y == y_end;
}

/* What should happen, as all references see it. */
static void expect(struct one *m) {
  m->skip = false;
  for (int k = 0; k < reference_count; k++) {
    struct tm_text t = {0};
    if (!reference_run(&references[k], m->path, &t))
      tm_die("%s died on module %llu", references[k].name, (unsigned long long)m->seed);
    if (k && !agree(&m->expected, &t)) {
      m->skip = true;
      state.disagreements++;
      printf("seed %llu: %s and %s disagree\n", (unsigned long long)m->seed, references[0].name,
             references[k].name);
    }
    if (t.size > 5 && !memcmp(t.data, "skip ", 5)) m->skip = true;
    tm_text_free(&m->expected);
    m->expected = t; /* the later ones say more exactly what traps */
  }
}

/* ---- a batch, in a process of its own ---------------------------------------------------------*/

static void print_difference(const struct one *m, const char *strategy, const struct tm_text *got) {
  if (options.quiet) return;
  const char *a = m->expected.data, *b = got->data;
  size_t k = 0, line = 0;
  while (k < m->expected.size && k < got->size && a[k] == b[k]) {
    if (a[k] == '\n') line = k + 1;
    k++;
  }
  size_t left = m->expected.size - line, right = got->size - line;
  const char *x = left ? memchr(a + line, '\n', left) : NULL;
  const char *y = right ? memchr(b + line, '\n', right) : NULL;
  printf("seed %llu under %s: expected '%.*s', got '%.*s'\n", (unsigned long long)m->seed, strategy,
         (int)(x ? (size_t)(x - a) - line : left), a + line,
         (int)(y ? (size_t)(y - b) - line : right), b + line);
}

static void run_module(struct tm_module *module, const struct one *m, uint32_t number) {
  bool same = true;
  for (int s = 0; s < options.strategy_count && same; s++) {
    struct tm_text got = {0};
    struct tm_error error = {0};
    shared->at = number;
    shared->strategy = (uint32_t)s;
    if (transcript_write(module, options.strategies[s], &got, &error)) {
      printf("seed %llu under %s: %s\n", (unsigned long long)m->seed, options.strategies[s],
             error.text);
      same = false;
    } else if (!agree(&m->expected, &got)) {
      print_difference(m, options.strategies[s], &got);
      same = false;
    }
    tm_text_free(&got);
  }
  shared->clean += same;
  shared->finding[number] = !same;
}

/* Modules with one kind of memory, and which of `modules` they are. */
struct group {
  struct batch *batch;
  uint32_t numbers[BATCH];
};

/* Every function calls: at least the strategy. */
static const char before[] =
    "#undef TM_ENTER\n"
    "#define TM_ENTER(memory, calls) tm_stack_probe(); TM_ENTER_MEMORY(memory)\n";

static int compile_group(const struct group *g, const char *flags, struct batch_object **object,
                         struct tm_error *error) {
  const struct batch_options o = {options.compiler, flags, before, options.plant};
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/batch.so", options.folder);
  int result = batch_compile(g->batch, &o, path, error);
  return result ? result : batch_open(path, object, error);
}

static void run_group(struct group *g, const struct one *modules, const char *flags) {
  struct tm_error error = {0};
  struct batch_object *object = NULL;
  int result = compile_group(g, flags, &object, &error);
  for (uint32_t k = 0; !result && k < batch_count(g->batch); k++) {
    struct tm_module *module;
    result = batch_module(object, k, NULL, &module, &error);
    if (result) break;
    run_module(module, &modules[g->numbers[k]], g->numbers[k]);
    tm_module_free(module);
  }
  if (result) {
    printf("%s\n", error.text);
    fflush(stdout);
    _exit(3);
  }
  batch_close(object);
  batch_free(g->batch);
}

/* Translate module `number` into the group of its kind. */
static int add_to_group(struct group groups[BATCH], const struct one *m, uint32_t number,
                        struct tm_error *error) {
  size_t size;
  void *wasm = read_file(m->path, &size);
  if (!wasm) return tm_fail(error, -errno, "cannot read %s: %s", m->path, strerror(errno));
  int result = -EAGAIN;
  for (struct group *g = groups; result == -EAGAIN; g++) {
    if (!g->batch) g->batch = batch_new(&(struct batch_kind){"any", "tests/fuzz/any.h", {0}});
    result = batch_add(g->batch, m->path, wasm, size, error);
    if (!result) g->numbers[batch_count(g->batch) - 1] = number;
  }
  free(wasm);
  return result;
}

static void run_child(const struct one *modules, uint32_t count, const char *flags) {
  static struct group groups[BATCH + 1];
  alarm(CHILD_SECONDS);
  for (uint32_t k = 0; k < count; k++) {
    struct tm_error error = {0};
    int result = modules[k].skip ? 0 : add_to_group(groups, &modules[k], k, &error);
    if (!result) continue;
    printf("seed %llu: %s\n", (unsigned long long)modules[k].seed, error.text);
    shared->refused++;
    shared->finding[k] = result != -ENOTSUP;
  }
  for (struct group *g = groups; g->batch; g++)
    if (batch_count(g->batch)) run_group(g, modules, flags);
  fflush(stdout);
  _exit(0);
}

/* Keep the module and what was expected of it. */
static void keep(const struct one *m) {
  char wasm[PATH_MAX + 64], txt[PATH_MAX + 64];
  size_t size;
  void *bytes = read_file(m->path, &size);
  snprintf(wasm, sizeof wasm, "%s/%llu.wasm", options.folder, (unsigned long long)m->seed);
  snprintf(txt, sizeof txt, "%s/%llu.txt", options.folder, (unsigned long long)m->seed);
  if (bytes) write_file(wasm, bytes, size);
  write_file(txt, m->expected.data, m->expected.size);
  free(bytes);
}

/* A batch that runs. */
struct running {
  pid_t pid; /* 0: none */
  struct one *modules;
  uint32_t count;
};

static void begin_batch(struct running *r, struct one *modules, uint32_t count, const char *flags) {
  memset(shared, 0, sizeof *shared);
  fflush(stdout);
  *r = (struct running){fork(), modules, count};
  if (r->pid == 0) run_child(modules, count, flags);
  if (r->pid < 0) tm_die("fork: %s", strerror(errno));
}

static void end_batch(struct running *r, bool random) {
  int status;
  if (!r->pid) return;
  while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR) {
  }
  r->pid = 0;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 3) {
    state.findings++; /* C that does not compile; the folder has it */
  } else if (status) {
    printf("seed %llu under %s: the run ended by signal %d\n",
           (unsigned long long)r->modules[shared->at].seed, options.strategies[shared->strategy],
           WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    shared->finding[shared->at] = true;
  }
  for (uint32_t k = 0; k < r->count; k++) {
    if (!shared->finding[k]) continue;
    state.findings++;
    if (random) keep(&r->modules[k]);
  }
  state.clean += shared->clean;
  state.refused += shared->refused;
}

/* ---- state ------------------------------------------------------------------------------------*/

static void read_state(void) {
  char path[PATH_MAX];
  unsigned long long n[5];
  snprintf(path, sizeof path, "%s/progress", options.folder);
  FILE *f = fopen(path, "re");
  if (!f) return;
  if (fscanf(f, "next %llu clean %llu refused %llu disagreements %llu findings %llu", &n[0], &n[1],
             &n[2], &n[3], &n[4]) == 5) {
    state.next = n[0], state.clean = n[1], state.refused = n[2];
    state.disagreements = n[3], state.findings = n[4];
  }
  fclose(f);
}

static void write_state(void) {
  char path[PATH_MAX], aside[PATH_MAX + 8];
  snprintf(path, sizeof path, "%s/progress", options.folder);
  snprintf(aside, sizeof aside, "%s.new", path);
  FILE *f = fopen(aside, "we");
  if (!f) tm_die("cannot write %s: %s", aside, strerror(errno));
  fprintf(f, "next %llu clean %llu refused %llu disagreements %llu findings %llu\n",
          (unsigned long long)state.next, (unsigned long long)state.clean,
          (unsigned long long)state.refused, (unsigned long long)state.disagreements,
          (unsigned long long)state.findings);
  if (fclose(f) || rename(aside, path)) tm_die("cannot write %s: %s", path, strerror(errno));
}

/* ---- the two ways of use ----------------------------------------------------------------------*/

/* One batch runs while the next is made. */
static void run_random(void) {
  static struct one modules[2][BATCH];
  struct running running = {0};
  uint64_t before = state.clean, first = state.next, begun = (uint64_t)time(NULL), done = 0;
  uint64_t next = first;
  printf("seeds from %llu\n", (unsigned long long)first);
  while (done < options.modules && (uint64_t)time(NULL) - begun < options.seconds) {
    const char *flags = next / BATCH % 8 == 7 ? "-O2" : "-O0";
    struct one *batch = modules[next / BATCH % 2];
    uint32_t count = 0;
    do {
      if (!generate(&batch[count], next)) tm_die("%s failed", options.generator->name);
      expect(&batch[count++]);
      next++;
    } while (next % BATCH);
    end_batch(&running, true);
    if (done) write_state();
    begin_batch(&running, batch, count, options.flags ? options.flags : flags);
    state.next = next;
    done += count;
  }
  end_batch(&running, true);
  write_state();
  double seconds = (double)((uint64_t)time(NULL) - begun);
  printf("seeds %llu to %llu under %d strategies against", (unsigned long long)first,
         (unsigned long long)state.next - 1, options.strategy_count);
  for (int k = 0; k < reference_count; k++) printf(" %s", references[k].name);
  printf(": %llu modules clean in %.0f s; in all %llu clean, %llu refused, %llu on which the "
         "references disagree, %llu findings\n",
         (unsigned long long)(state.clean - before), seconds, (unsigned long long)state.clean,
         (unsigned long long)state.refused, (unsigned long long)state.disagreements,
         (unsigned long long)state.findings);
}

/* FILE.wat becomes a .wasm in the folder. */
static void set_path(struct one *m, const char *path) {
  size_t n = strlen(path), size, wasm_size;
  struct tm_error error = {0};
  unsigned char *wasm;
  snprintf(m->path, sizeof m->path, "%s", path);
  if (n < 5 || strcmp(path + n - 4, ".wat") != 0) return;
  char *text = read_file(path, &size);
  if (!text || tm_wat_to_wasm(path, text, size, &wasm, &wasm_size, &error))
    tm_die("%s: %s", path, text ? error.text : strerror(errno));
  snprintf(m->path, sizeof m->path, "%s/module-%03u.wasm", options.folder, (unsigned)m->seed);
  write_file(m->path, wasm, wasm_size);
  free(wasm);
  free(text);
}

/* What should happen: from beside the file, else from the references. */
static bool expect_file(struct one *m, const char *path) {
  char txt[PATH_MAX];
  size_t size;
  transcript_path(path, txt);
  char *text = options.write ? NULL : read_file(txt, &size);
  if (text) {
    tm_text_bytes(&m->expected, text, size);
    free(text);
    return true;
  }
  if (!reference_count) start_references(TIDEMARK_SOURCE_DIR, m->path);
  if (!reference_count) return false;
  expect(m);
  if (options.write) write_file(txt, m->expected.data, m->expected.size);
  return true;
}

static int run_files(char **paths, int count) {
  static struct one modules[BATCH];
  for (int k = 0; k < count; k++) {
    struct one *m = &modules[k % BATCH];
    *m = (struct one){.seed = (uint64_t)k};
    set_path(m, paths[k]);
    if (!expect_file(m, paths[k])) return 77;
    if (k % BATCH != BATCH - 1 && k != count - 1) continue;
    struct running running;
    begin_batch(&running, modules, (uint32_t)(k % BATCH) + 1,
                options.flags ? options.flags : "-O0");
    end_batch(&running, false);
  }
  printf("%llu modules agree under %d strategies, %llu do not\n", (unsigned long long)state.clean,
         options.strategy_count, (unsigned long long)state.findings);
  return state.findings > 0;
}

/* binaryen's reducer asks this program, for each smaller module, whether it still does not agree.
 */
static int reduce(const char *path) {
  struct tm_text c = {0};
  char self[PATH_MAX] = "";
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) tm_die("no /proc/self/exe");
  tm_text_format(&c,
                 "wasm-reduce '%s' -to 100 -b \"$(dirname \"$(command -v wasm-opt)\")\" -ef '%s' "
                 "-t '%s/test.wasm' -w '%s.reduced' --command \"'%s' --quiet",
                 path, GENERATOR_FEATURES, options.folder, path, self);
  tm_text_format(&c, " --folder '%s' --python '%s' --compiler '%s'", options.folder, options.python,
                 options.compiler);
  if (options.flags) tm_text_format(&c, " --flags '%s'", options.flags);
  if (options.plant) tm_text_format(&c, " --plant '%s'", options.plant);
  tm_text_put(&c, " --strategies ");
  for (int k = 0; k < options.strategy_count; k++)
    tm_text_format(&c, "%s%s", k ? "," : "", options.strategies[k]);
  tm_text_format(&c, " '%s/test.wasm'\" >'%s/reduce.log' 2>&1", options.folder, options.folder);
  tm_text_char(&c, '\0');
  int status = system(c.data);
  tm_text_free(&c);
  printf(status ? "wasm-reduce failed; see %s/reduce.log\n" : "%s.reduced\n",
         status ? options.folder : path);
  return status != 0;
}

static void choose_strategies(char *list) {
  size_t count;
  const struct tm_strategy_entry *all = tm_strategies(&count);
  for (char *save, *name = list ? strtok_r(list, ",", &save) : NULL; name;
       name = strtok_r(NULL, ",", &save))
    options.strategies[options.strategy_count++] = name;
  for (size_t k = 0; k < count && !list; k++) {
    if (all[k].kind != TM_KIND_candidate) continue;
    if (tm_strategy_try(all[k].strategy))
      printf("not offered by this system: %s\n", all[k].strategy->name);
    else
      options.strategies[options.strategy_count++] = all[k].strategy->name;
  }
  for (int k = 0; k < options.strategy_count; k++)
    if (!tm_strategy_find(options.strategies[k])) {
      fprintf(stderr, "differential: unknown strategy '%s'\n", options.strategies[k]);
      exit(2);
    }
}

static int parse(int argc, char **argv) {
  char *strategies = NULL;
  int at = 1;
  options.generator = generator_find("wasm-opt");
  for (; at < argc && !strncmp(argv[at], "--", 2); at++) {
    const char *name = argv[at] + 2;
    bool *flag = !strcmp(name, "write")    ? &options.write
                 : !strcmp(name, "reduce") ? &options.reduce
                 : !strcmp(name, "quiet")  ? &options.quiet
                                           : NULL;
    if (flag) {
      *flag = true;
      continue;
    }
    char *value = at + 1 < argc ? argv[++at] : "";
    if (!strcmp(name, "folder"))
      options.folder = value;
    else if (!strcmp(name, "flags"))
      options.flags = value;
    else if (!strcmp(name, "compiler"))
      options.compiler = value;
    else if (!strcmp(name, "python"))
      options.python = value;
    else if (!strcmp(name, "generator"))
      options.generator = generator_find(value);
    else if (!strcmp(name, "plant"))
      options.plant = value;
    else if (!strcmp(name, "strategies"))
      strategies = value;
    else if (!strcmp(name, "modules"))
      options.modules = strtoull(value, NULL, 10);
    else if (!strcmp(name, "seconds"))
      options.seconds = strtoull(value, NULL, 10);
    else if (!strcmp(name, "first"))
      options.first = !strcmp(value, "now") ? (uint64_t)time(NULL) * 1000000 / BATCH * BATCH
                                            : strtoull(value, NULL, 10),
      options.has_first = true;
    else {
      fprintf(stderr, "differential: unknown option --%s\n", name);
      exit(2);
    }
  }
  choose_strategies(strategies);
  if (!options.generator) {
    fprintf(stderr, "differential: --generator is wasm-opt, wasm-tools or instructions\n");
    exit(2);
  }
  return at;
}

/* As much stack as the other engines have at least: code that was not optimised needs more of it.
 */
static void raise_stack_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit)) return;
  if (limit.rlim_cur < STACK_BYTES) limit.rlim_cur = STACK_BYTES;
  if (limit.rlim_cur > limit.rlim_max) limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_STACK, &limit);
}

int main(int argc, char **argv) {
  int at = parse(argc, argv);
  raise_stack_limit();
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) tm_die("no memory");
  mkdir(options.folder, 0777);
  if (options.reduce) return at < argc ? reduce(argv[at]) : 2;
  if (at < argc) {
    int result = run_files(argv + at, argc - at);
    if (result == 77) puts("skipped: no node and no Python with wasmtime to compare with");
    return result;
  }
  struct one probe;
  if (!generate(&probe, 0)) {
    printf("skipped: no modules from %s; %s\n", options.generator->name,
           options.generator->missing);
    return 77;
  }
  start_references(TIDEMARK_SOURCE_DIR, probe.path);
  if (!reference_count) {
    puts("skipped: nothing to compare with; install nodejs, or wasmtime from PyPI");
    return 77;
  }
  read_state();
  uint64_t findings = state.findings;
  if (options.has_first) state.next = options.first;
  run_random();
  for (int k = 0; k < reference_count; k++) reference_stop(&references[k]);
  return state.findings > findings;
}
