/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/wasm/compile.h"

#include "core/hash.h"
#include "emitter_hash.h" /* made by the build: TIDEMARK_EMITTER_HASH */
#include "harness/wasm/emit.h"
#include "harness/wasm/guest/abi.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* ---- where things are -------------------------------------------------------------------------*/

static int make_folders(const char *path, struct tm_error *error) {
  char part[PATH_MAX];
  for (const char *p = path; *p; p++) {
    if (p[1] != '/' && p[1] != '\0') continue;
    snprintf(part, sizeof part, "%.*s", (int)(p + 1 - path), path);
    if (mkdir(part, 0777) && errno != EEXIST)
      return tm_fail(error, -errno, "cannot create the cache folder %s: %s; set TIDEMARK_CACHE",
                     part, strerror(errno));
  }
  return 0;
}

static int cache_folder(const struct tm_module_options *options, char path[PATH_MAX],
                        struct tm_error *error) {
  const char *own = options->cache_dir ? options->cache_dir : getenv("TIDEMARK_CACHE");
  const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  int n;
  if (own && *own)
    n = snprintf(path, PATH_MAX, "%s", own);
  else if (xdg && *xdg)
    n = snprintf(path, PATH_MAX, "%s/tidemark", xdg);
  else if (home && *home)
    n = snprintf(path, PATH_MAX, "%s/.cache/tidemark", home);
  else
    return tm_fail(error, -ENOENT, "no place for the cache: set TIDEMARK_CACHE or HOME");
  if (n >= PATH_MAX - 128)
    return tm_fail(error, -ENAMETOOLONG, "the cache folder's name is too long");
  return make_folders(path, error);
}

static bool on_path(const char *program, char found[PATH_MAX]) {
  if (strchr(program, '/'))
    return access(program, X_OK) == 0 && snprintf(found, PATH_MAX, "%s", program) < PATH_MAX;
  const char *path = getenv("PATH");
  char each[PATH_MAX];
  for (const char *p = path ? path : ""; *p;) {
    size_t n = strcspn(p, ":");
    snprintf(each, sizeof each, "%.*s/%s", (int)n, p, program);
    if (access(each, X_OK) == 0 && snprintf(found, PATH_MAX, "%s", each) < PATH_MAX) return true;
    p += n + (p[n] == ':');
  }
  return false;
}

int tm_compile_compiler(const char *named, char found[PATH_MAX], struct tm_error *error) {
  if (!named) named = getenv("TIDEMARK_CC");
  if (named && *named) {
    if (on_path(named, found)) return 0;
    return tm_fail(error, -ENOENT, "the C compiler '%s' is not there; correct TIDEMARK_CC", named);
  }
  static const char *const usual[] = {TIDEMARK_COMPILERS};
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
    if (on_path(usual[i], found)) return 0;
  return tm_fail(error, -ENOENT,
                 "no C compiler found; install clang-19 or gcc, or name one in TIDEMARK_CC");
}

const char *tm_compile_flags(void) { return TM_EMIT_CFLAGS TIDEMARK_MODULE_FLAGS; }

/* Flags beside those that emitted C needs. */
static const char *more_flags(const struct tm_module_options *options) {
  const char *flags = options->flags ? options->flags : getenv("TIDEMARK_CFLAGS");
  return flags ? flags : "";
}

/* ---- the key ----------------------------------------------------------------------------------*/

static int add_headers(struct tm_sha256 *key, const char *folder, struct tm_error *error) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", TIDEMARK_SOURCE_DIR, folder);
  struct dirent **names;
  int n = scandir(path, &names, NULL, alphasort);
  if (n < 0)
    return tm_fail(error, -errno, "cannot read %s: %s; translation needs Tidemark's sources", path,
                   strerror(errno));
  int result = 0;
  for (int i = 0; i < n; i++) {
    size_t length = strlen(names[i]->d_name);
    if (!result && length > 2 && !strcmp(names[i]->d_name + length - 2, ".h")) {
      char file[PATH_MAX + 300];
      snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
      tm_sha256_part(key, names[i]->d_name, length);
      result = tm_sha256_part_file(key, file, error);
    }
    free(names[i]);
  }
  free(names);
  return result;
}

static int make_key(const void *wasm, size_t size, const struct tm_module_options *options,
                    const char *compiler, char hex[TM_SHA256_HEX], struct tm_error *error) {
  struct tm_sha256 key;
  struct stat st;
  if (stat(compiler, &st))
    return tm_fail(error, -errno, "cannot stat %s: %s", compiler, strerror(errno));
  tm_sha256_init(&key);
  char text[PATH_MAX + 200];
  int n = snprintf(text, sizeof text, "%s %lld %lld.%ld abi %d %s", compiler, (long long)st.st_size,
                   (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, TM_ABI_VERSION,
                   TIDEMARK_EMITTER_HASH);
  tm_sha256_part(&key, text, (size_t)n);
  const char *flags = more_flags(options);
  tm_sha256_part(&key, tm_compile_flags(), strlen(tm_compile_flags()));
  tm_sha256_part(&key, flags, strlen(flags));
  tm_sha256_part(&key, options->strategy->name, strlen(options->strategy->name));
  char layout[TM_LAYOUT_NAME];
  tm_layout_name(options->layout, layout);
  tm_sha256_part(&key, layout, strlen(layout));
  static const char *const endings[] = {"h", "c"};
  for (int i = 0; i < 2; i++) {
    snprintf(text, sizeof text, "%s/strategies/%s.%s", TIDEMARK_SOURCE_DIR, options->strategy->name,
             endings[i]);
    int result = tm_sha256_part_file(&key, text, error);
    if (result) return result;
  }
  static const char *const folders[] = {"core", "strategies", "harness/wasm/guest"};
  for (int i = 0; i < 3; i++) {
    int result = add_headers(&key, folders[i], error);
    if (result) return result;
  }
  tm_sha256_part(&key, wasm, size);
  tm_sha256_hex(&key, hex);
  return 0;
}

/* ---- working folders --------------------------------------------------------------------------*/

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
  (void)st, (void)kind, (void)ftw;
  return remove(path);
}
static void remove_tree(const char *path) { nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

/* Remove the working folders of processes that no longer live. */
static void remove_stale(const char *cache) {
  DIR *d = opendir(cache);
  if (!d) return;
  for (struct dirent *e; (e = readdir(d));) {
    int pid;
    if (sscanf(e->d_name, "work.%d.", &pid) != 1 || kill(pid, 0) == 0 || errno != ESRCH) continue;
    char path[PATH_MAX + 300];
    snprintf(path, sizeof path, "%s/%s", cache, e->d_name);
    remove_tree(path);
  }
  closedir(d);
}

/* ---- the compiler's runs ----------------------------------------------------------------------*/

struct build {
  const char *compiler, *work, *flags, *name;
  bool progress;
  struct timespec begun;
  struct tm_error *error;
  pthread_mutex_t mutex; /* for what follows, and for error */
  size_t units, next, done;
  int result; /* of the first failure */
};

enum { MAX_ARGS = 96 };

/* Split `text` at spaces into argv; text is modified. */
static size_t split(char *text, char **argv, size_t n) {
  for (char *save, *word = strtok_r(text, " ", &save); word && n < MAX_ARGS - 8;
       word = strtok_r(NULL, " ", &save))
    argv[n++] = word;
  return n;
}

/* Start `argv` with stderr in WORK/NAME.log. Its pid, or -errno. */
static pid_t start(const struct build *b, char **argv, const char *log) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s.log", b->work, log);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t pid;
  int e = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  return e ? -e : pid;
}

/* What the compiler said, in one sentence: the first line with "error", else the first line. */
static int compiler_failed(const struct build *b, const char *log, int status) {
  char path[PATH_MAX], line[512], said[512] = "";
  snprintf(path, sizeof path, "%s/%s.log", b->work, log);
  FILE *f = fopen(path, "r");
  while (f && fgets(line, sizeof line, f)) {
    line[strcspn(line, "\n")] = '\0';
    if (!said[0] || strstr(line, "error") || strstr(line, "No space"))
      memcpy(said, line, sizeof said);
    if (strstr(line, "error") || strstr(line, "No space")) break;
  }
  if (f) fclose(f);
  if (WIFSIGNALED(status))
    return tm_fail(b->error, -EIO, "%s: %s was killed by signal %d while compiling %s", b->name,
                   b->compiler, WTERMSIG(status), log);
  return tm_fail(b->error, -EIO, "%s: %s failed on %s (exit %d): %s", b->name, b->compiler, log,
                 WEXITSTATUS(status), said);
}

static double seconds_since(const struct timespec *begun) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - begun->tv_sec) + (double)(now.tv_nsec - begun->tv_nsec) / 1e9;
}

/* Steps: the units, module.c, the link. */
static void show_progress(const struct build *b) {
  if (!b->progress) return;
  size_t total = b->units + 2;
  double left = seconds_since(&b->begun) / (double)(b->done + !b->done) * (double)(total - b->done);
  int width = 24, filled = (int)((size_t)width * b->done / total);
  fprintf(stderr, "\r\033[Kcompiling %s [%.*s%*s] %zu/%zu", b->name, filled,
          "########################", width - filled, "", b->done, total);
  if (b->done && b->done < total) fprintf(stderr, "  %.0f s left", left);
  if (b->done == total) fputs("\r\033[K", stderr);
}

/* Start the compiler or linker and wait for it. 0, or -errno with a sentence under the mutex. */
static int run(struct build *b, char **argv, const char *log) {
  int status = 0;
  pid_t pid = start(b, argv, log);
  if (pid > 0)
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
  if (pid > 0 && status == 0) return 0;
  pthread_mutex_lock(&b->mutex);
  if (!b->result && pid < 0)
    b->result = tm_fail(b->error, pid, "cannot start %s: %s", b->compiler, strerror(-pid));
  else if (!b->result)
    b->result = compiler_failed(b, log, status);
  int result = b->result;
  pthread_mutex_unlock(&b->mutex);
  return result;
}

static void unit_name(size_t i, size_t units, char name[32]) {
  if (i == units)
    snprintf(name, 32, "module");
  else
    snprintf(name, 32, "unit-%03zu", i);
}

static int compile_unit(struct build *b, const char *unit) {
  char flags[4096], source[PATH_MAX], object[PATH_MAX];
  char *argv[MAX_ARGS] = {(char *)b->compiler};
  snprintf(flags, sizeof flags, "%s %s", tm_compile_flags(), b->flags);
  snprintf(source, sizeof source, "%s/%s.c", b->work, unit);
  snprintf(object, sizeof object, "%s/%s.o", b->work, unit);
  size_t n = split(flags, argv, 1);
  char *rest[] = {
      "-I" TIDEMARK_SOURCE_DIR, "-I", (char *)b->work, "-c", source, "-o", object, NULL};
  memcpy(argv + n, rest, sizeof rest);
  return run(b, argv, unit);
}

/* One of several: take the next unit until none is left or one has failed. */
static void *compile_some(void *argument) {
  struct build *b = argument;
  for (bool first = true;; first = false) {
    char name[32];
    pthread_mutex_lock(&b->mutex);
    if (!first) b->done++;
    show_progress(b);
    bool more = !b->result && b->next <= b->units;
    if (more) unit_name(b->next++, b->units, name);
    pthread_mutex_unlock(&b->mutex);
    if (!more || compile_unit(b, name)) return NULL;
  }
}

/* Compile unit-000 … and module.c, one compiler a core. */
static int compile_units(struct build *b) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  size_t jobs = cores < 1 ? 1 : cores > 64 ? 64 : (size_t)cores;
  if (jobs > b->units + 1) jobs = b->units + 1;
  pthread_t threads[64];
  size_t started = 0;
  while (started + 1 < jobs && !pthread_create(&threads[started], NULL, compile_some, b)) started++;
  compile_some(b);
  for (size_t i = 0; i < started; i++) pthread_join(threads[i], NULL);
  return b->result;
}

static int link_units(struct build *b) {
  char flags[1024] = TIDEMARK_MODULE_FLAGS, list[PATH_MAX], entry[PATH_MAX + 4], output[PATH_MAX];
  snprintf(list, sizeof list, "%s/objects", b->work);
  snprintf(output, sizeof output, "%s/module.so", b->work);
  snprintf(entry, sizeof entry, "@%s", list);
  FILE *f = fopen(list, "w");
  if (!f) return tm_fail(b->error, -errno, "cannot write %s: %s", list, strerror(errno));
  for (size_t i = 0; i <= b->units; i++) {
    char name[32];
    unit_name(i, b->units, name);
    fprintf(f, "%s/%s.o\n", b->work, name);
  }
  if (fclose(f)) return tm_fail(b->error, -errno, "cannot write %s: %s", list, strerror(errno));
  char *argv[MAX_ARGS] = {(char *)b->compiler, "-shared", "-Wl,-z,now", "-Wl,--build-id=none"};
  size_t n = split(flags, argv, 4);
  char *rest[] = {entry, "-lm", "-o", output, NULL};
  memcpy(argv + n, rest, sizeof rest);
  int result = run(b, argv, "link");
  b->done = b->units + 2;
  show_progress(b);
  return result;
}

/* A module of one unit: both files as one, compiled and linked by one call. */
static int compile_whole(struct build *b) {
  char flags[4096], source[PATH_MAX], output[PATH_MAX];
  snprintf(source, sizeof source, "%s/whole.c", b->work);
  snprintf(output, sizeof output, "%s/module.so", b->work);
  FILE *f = fopen(source, "w");
  if (!f) return tm_fail(b->error, -errno, "cannot write %s: %s", source, strerror(errno));
  bool whole = !b->units || fputs("#include \"unit-000.c\"\n", f) >= 0;
  whole = fputs("#include \"module.c\"\n", f) >= 0 && whole;
  if (fclose(f) || !whole)
    return tm_fail(b->error, -EIO, "cannot write %s: %s", source, strerror(errno));
  char *argv[MAX_ARGS] = {(char *)b->compiler, "-shared", "-Wl,-z,now", "-Wl,--build-id=none"};
  snprintf(flags, sizeof flags, "%s %s", tm_compile_flags(), b->flags);
  size_t n = split(flags, argv, 4);
  char *rest[] = {
      "-I" TIDEMARK_SOURCE_DIR, "-I", (char *)b->work, source, "-lm", "-o", output, NULL};
  memcpy(argv + n, rest, sizeof rest);
  show_progress(b);
  int result = run(b, argv, "whole");
  b->done = b->units + 2;
  show_progress(b);
  return result;
}

/* Put the built object in its place. fsync first: after a crash the entry is whole or absent. */
static int publish(const struct build *b, const char *path) {
  char built[PATH_MAX];
  snprintf(built, sizeof built, "%s/module.so", b->work);
  int fd = open(built, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fsync(fd) || rename(built, path)) {
    int e = errno;
    if (fd >= 0) close(fd);
    return tm_fail(b->error, -e, "cannot put %s into the cache: %s", path, strerror(e));
  }
  close(fd);
  return 0;
}

static int build(const char *name, const void *wasm, size_t size, const char *cache,
                 const struct tm_module_options *options, const char *compiler, const char *path,
                 struct tm_error *error) {
  char work[PATH_MAX + 64];
  remove_stale(cache);
  snprintf(work, sizeof work, "%s/work.%d.XXXXXX", cache, (int)getpid());
  if (!mkdtemp(work))
    return tm_fail(error, -errno, "cannot create a folder in %s: %s", cache, strerror(errno));
  const char *base = strrchr(name, '/');
  struct build b = {.compiler = compiler,
                    .work = work,
                    .flags = more_flags(options),
                    .name = base ? base + 1 : name,
                    .progress = options->progress && isatty(2),
                    .error = error,
                    .mutex = PTHREAD_MUTEX_INITIALIZER};
  clock_gettime(CLOCK_MONOTONIC, &b.begun);
  struct tm_emit_options emit = {.strategy = options->strategy->name, .layout = options->layout};
  int result = tm_emit_files(name, wasm, size, &emit, work, &b.units, error);
  if (!result && b.units <= 1) {
    result = compile_whole(&b);
  } else if (!result) {
    result = compile_units(&b);
    if (!result) result = link_units(&b);
  }
  if (!result) result = publish(&b, path);
  if (result && b.progress) fputs("\r\033[K", stderr);
  remove_tree(work);
  return result;
}

int tm_compile(const char *name, const void *wasm, size_t size,
               const struct tm_module_options *options, char path[PATH_MAX],
               struct tm_error *error) {
  char cache[PATH_MAX], compiler[PATH_MAX], hex[TM_SHA256_HEX];
  int result = tm_compile_compiler(options->compiler, compiler, error);
  if (!result) result = cache_folder(options, cache, error);
  if (!result) result = make_key(wasm, size, options, compiler, hex, error);
  if (result) return result;
  if (snprintf(path, PATH_MAX, "%s/%s.so", cache, hex) >= PATH_MAX)
    return tm_fail(error, -ENAMETOOLONG, "the cache folder's name is too long");
  if (access(path, R_OK) == 0) return 0;
  return build(name, wasm, size, cache, options, compiler, path, error);
}
