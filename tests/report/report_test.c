/* SPDX-License-Identifier: Apache-2.0 */
/* A report, end to end, at a tiny size: is everything there, and is it made from the samples? */
#include "harness/wasm/wat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/tidemark-report-test.XXXXXX";

static int run(const char *arguments) {
  char command[4096];
  snprintf(command, sizeof command, "cd %s && '%s' %s >out.txt 2>err.txt", folder, TIDEMARK_PROGRAM,
           arguments);
  int status = system(command);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static char *contents(const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *in = fopen(path, "r");
  if (!in) fail_msg("%s is missing", name);
  char *text = calloc(1, 32 << 20);
  assert_non_null(text);
  size_t n = fread(text, 1, (32 << 20) - 1, in);
  fclose(in);
  assert_true(n > 0);
  return text;
}

static int64_t count(const char *file, const char *sql) {
  char path[512];
  sqlite3 *db;
  sqlite3_stmt *s;
  snprintf(path, sizeof path, "%s/%s", folder, file);
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  if (sqlite3_prepare_v2(db, sql, -1, &s, NULL)) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
  assert_int_equal(sqlite3_step(s), SQLITE_ROW);
  int64_t n = sqlite3_column_int64(s, 0);
  sqlite3_finalize(s);
  sqlite3_close(db);
  return n;
}

static int make(void **state) {
  (void)state;
  if (!mkdtemp(folder)) return -1;
  int status = run("report --tiny --seed 7 --strategies nocheck,guard,push,lazytrap,interrupt -o "
                   "one");
  if (status == 0) return 0;
  char *errors = contents("err.txt");
  print_error("tidemark report ended with %d: %s\n", status, errors);
  free(errors);
  return -1;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
  (void)st, (void)kind, (void)ftw;
  return remove(path);
}
static int clean(void **state) {
  (void)state;
  return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void has(const char *text, const char *what) {
  if (!strstr(text, what)) fail_msg("the page lacks: %s", what);
}

static void page_is_whole(void **state) {
  (void)state;
  char *page = contents("one/report.html");
  static const char *const parts[] = {
      "id=\"decision\"", "id=\"crossover\"",  "id=\"race\"",           "id=\"litmus\"",
      "id=\"explored\"", "id=\"code\"",       "id=\"t-grid\"",         "id=\"layouts\"",
      "id=\"t-whole\"",  "id=\"engines\"",    "id=\"sweeps\"",         "id=\"workloads\"",
      "id=\"machine\"",  "id=\"control\"",    "id=\"commands\"",       "prefers-color-scheme: dark",
      "@media print",    "name=\"viewport\"", "grow-flag-size-atomic", "--seed 7",
      "</html>"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) has(page, parts[i]);
  /* Self-contained: nothing is loaded from anywhere. */
  assert_null(strstr(page, "<script src"));
  assert_null(strstr(page, "url("));
  assert_null(strstr(page, "<img"));
  /* No figure that is none. */
  assert_null(strstr(page, ">nan"));
  assert_null(strstr(page, "-nan"));
  assert_null(strstr(page, "inf]"));
  /* One row for each strategy in the first table. */
  const char *table = strstr(page, "id=\"t-decision\"");
  assert_non_null(table);
  size_t rows = 0;
  for (const char *p = table, *end = strstr(table, "</table>");
       (p = strstr(p, "<th scope=\"row\"")) && p < end; p++)
    rows++;
  assert_int_equal(rows, 5);
  free(page);
}

/* Grows beside 0 and 1 readers at four rates, in 2 processes of each of 5 strategies, and none
 * beside one reader; no process twice. */
static void grid_is_whole(void **state) {
  (void)state;
#define GRID "SELECT count(*) FROM series JOIN cell ON cell.id=cell WHERE axes LIKE '%grow-grid%' "
  assert_int_equal(count("one/data.db", GRID "AND metric='latency'"), 2 * 5 * 8);
  assert_int_equal(count("one/data.db", GRID "AND metric='accesses_per_second'"), 2 * 5 * 5);
  assert_int_equal(count("one/data.db", GRID "AND axes LIKE '%control%'"), 0);
}

/* Instructions are counted for every loop of a strategy or, without a counter, for none; how many
 * strategies hangs on the time there is, the first is always among them. */
static void loops_are_counted(void **state) {
  (void)state;
#define RETIRED                                                                                    \
  "FROM sample JOIN series ON series.id=series JOIN cell ON cell.id=cell WHERE metric='retired'"
  int64_t counts = count("one/data.db", "SELECT count(*) " RETIRED);
  if (counts == 0 && system("valgrind --version >/dev/null 2>&1")) {
    print_message("neither perf events nor valgrind: nothing was counted\n");
    skip();
  }
  assert_true(counts > 0);
  assert_int_equal(counts % 5, 0);
  assert_int_equal(count("one/data.db",
                         "SELECT count(DISTINCT axes) " RETIRED
                         " AND axes LIKE '%\"nocheck\"%' AND value BETWEEN 0.2 AND 20"),
                   5);
  /* At least a multiplication and an addition, though the loop may be unrolled. */
  assert_true(count("one/data.db", "SELECT 100 * value " RETIRED " AND axes LIKE '%\"poll\"%'") >=
              200);
  char *page = contents("one/report.html");
  has(page, "id=\"t-retired\"");
  free(page);
}

/* Exploration is exhaustive, so that this does not hang on luck: V8's old way is convicted. */
static void unsound_strategy_is_convicted(void **state) {
  (void)state;
  char *page = contents("one/report.md");
  has(page, "Convicted in this run: interrupt.");
  has(page, "No forbidden outcome was seen under: guard, push, lazytrap.");
  free(page);
}

static void samples_are_kept(void **state) {
  (void)state;
  /* 2 blocks of 5 strategies and 2 controls, each with 7 loops of 2 samples. */
  assert_int_equal(
      count(
          "one/data.db",
          "SELECT count(*) FROM sample JOIN series ON series.id=series "
          "JOIN cell ON cell.id=cell WHERE axes LIKE '%\"op\":\"load-random\"%' AND metric='time'"),
      2 * 7 * 2);
  assert_int_equal(count("one/data.db", "SELECT count(DISTINCT plan) FROM run"), 11);
  /* hyperfine's own JSON is kept, and one time of each process that it ran. */
  assert_true(count("one/data.db", "SELECT count(*) FROM note WHERE name='json' AND "
                                   "text LIKE '%\"results\"%'") > 0);
  /* ... with commands that name files of the project from its folder on. */
  assert_true(count("one/data.db", "SELECT count(*) FROM note WHERE name='json' AND "
                                   "text LIKE '%tidemark'' run %'") > 0);
  assert_int_equal(count("one/data.db", "SELECT count(*) FROM note WHERE name='json' AND "
                                        "text LIKE '%''/%'"),
                   0);
  assert_true(count("one/data.db", "SELECT count(*) FROM series WHERE metric='whole_time'") > 0);
  char *csv = contents("one/data.csv");
  int64_t lines = 0;
  for (const char *p = csv; *p; p++) lines += *p == '\n';
  assert_int_equal(lines, count("one/data.db", "SELECT count(*) FROM series") + 1);
  free(csv);
}

/* The sum of a metric over the cells of readers that follow the growth of one strategy. */
static int64_t followers(const char *strategy, const char *metric) {
  char sql[512];
  snprintf(
      sql, sizeof sql,
      "SELECT sum(value) FROM sample JOIN series ON series.id=series JOIN cell ON cell.id=cell "
      "WHERE axes LIKE '%%grow-followed%%' AND axes LIKE '%%\"%s\"%%' AND metric='%s'",
      strategy, metric);
  return count("one/data.db", sql);
}

/* A reader looks once more when all grows are done, so that it follows one length at least, and a
 * check that fails on a stale copy asks the handler. guard has no copy, and faults only beyond. */
static void spurious_traps_are_counted(void **state) {
  (void)state;
  assert_true(followers("guard", "followed") > 0);
  assert_int_equal(followers("guard", "spurious_traps"), 0);
  assert_true(followers("lazytrap", "followed") > 0);
  assert_true(followers("lazytrap", "spurious_traps") > 0);
  assert_true(followers("lazytrap", "spurious_traps") <= followers("lazytrap", "followed"));
  assert_int_equal(followers("lazytrap", "refused"), 0);
  char *page = contents("one/report.html");
  has(page, "spurious traps per 1,000");
  has(page, "id=\"t-followed\"");
  free(page);
}

/* Beside every point of a sweep of grows stands what the system counted, and where that is from. */
static void system_is_counted(void **state) {
  (void)state;
#define COUNTED                                                                                    \
  "SELECT count(*) FROM sample JOIN series ON series.id=series JOIN cell ON cell.id=cell "
#define BESIDE "AND axes LIKE '%\"op\":\"grow%'"
  int64_t points = count("one/data.db", COUNTED "WHERE metric='grows' " BESIDE);
  assert_true(points > 0);
  assert_int_equal(count("one/data.db", COUNTED "WHERE metric='minor_faults' " BESIDE), points);
  assert_int_equal(count("one/data.db", COUNTED "WHERE metric='involuntary_switches' " BESIDE),
                   points);
  assert_int_equal(count("one/data.db", "SELECT count(*) FROM note JOIN cell ON cell.id=cell WHERE "
                                        "name='source' AND text LIKE '%getrusage%' " BESIDE),
                   points);
  /* And of each process as a whole, of the probe and of the workloads; none runs without faults. */
#define FAULTS COUNTED "WHERE metric='minor_faults' AND value > 0 AND axes LIKE "
  assert_true(count("one/data.db", FAULTS "'%\"op\":\"process\"%'") >= 2 * 7);
  assert_true(count("one/data.db", FAULTS "'%\"workload\"%'") > 0);
  /* Nobody writes new pages without faults. */
  assert_int_equal(count("one/data.db",
                         "SELECT sum(f.value > 0) = count(*) FROM cell "
                         "JOIN series sf ON sf.cell=cell.id AND sf.metric='minor_faults' "
                         "JOIN sample f ON f.series=sf.id "
                         "WHERE axes LIKE '%\"touch\":\"yes\"%' AND axes LIKE '%\"guard\"%'"),
                   1);
  char *page = contents("one/report.html");
  has(page, "id=\"t-counters\"");
  free(page);
}

/* Figures are redrawn from the samples alone, without a rerun, and come out the same. */
static void report_is_drawn_again(void **state) {
  (void)state;
  int64_t before = count("one/data.db", "SELECT count(*) FROM run");
  assert_int_equal(run("report --from one/data.db -o two"), 0);
  assert_int_equal(count("one/data.db", "SELECT count(*) FROM run"), before);
  char *one = contents("one/report.md"), *two = contents("two/report.md");
  assert_string_equal(one, two);
  free(one);
  free(two);
}

static void wrong_requests_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *arguments, *said;
  } wrong[] = {{"report --seed x", "--seed takes a whole number"},
               {"report --strategies nosuch", "unknown strategy 'nosuch'"},
               {"report --from missing.db", "missing.db"},
               {"report extra", "unexpected argument 'extra'"},
               {"report -o /proc/nowhere/x", "cannot make the folder"},
               {"bench --blocks 0", "--blocks takes a number"},
               {"bench --one nosuch", "unknown strategy 'nosuch'"},
               {"bench --instances 1 --resume --strategies guard -o fresh.db",
                "no bench with these options"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_int_equal(run(wrong[i].arguments), 2);
    char *errors = contents("err.txt");
    has(errors, wrong[i].said);
    free(errors);
  }
}

static void bench_resumes(void **state) {
  (void)state;
  const char *small =
      "bench -o b.db --strategies guard --instances 10 --readers 0 --samples 2 --grows 8 --seed 3";
  char command[512];
  snprintf(command, sizeof command, "%s --blocks 1", small);
  assert_int_equal(run(command), 0);
  int64_t one = count("b.db", "SELECT count(*) FROM cell");
  snprintf(command, sizeof command, "%s --blocks 2 --resume", small);
  assert_int_equal(run(command), 0);
  assert_int_equal(count("b.db", "SELECT count(*) FROM cell"), 2 * one);
  assert_int_equal(count("b.db", "SELECT count(DISTINCT plan) FROM run"), 1);
  assert_int_equal(run(command), 0); /* complete: nothing is run again */
  assert_int_equal(count("b.db", "SELECT count(*) FROM cell"), 2 * one);
}

/* Finished blocks in a file that somebody else writes; -1 when it cannot be read (yet). */
static int64_t finished_blocks(const char *file) {
  char path[512];
  sqlite3 *db;
  sqlite3_stmt *s = NULL;
  int64_t n = -1;
  snprintf(path, sizeof path, "%s/%s", folder, file);
  if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
      sqlite3_prepare_v2(db, "SELECT count(*) FROM cell WHERE axes LIKE '%block-complete%'", -1, &s,
                         NULL) == SQLITE_OK &&
      sqlite3_step(s) == SQLITE_ROW)
    n = sqlite3_column_int64(s, 0);
  sqlite3_finalize(s);
  sqlite3_close(db);
  return n;
}

/* kill -9 in the middle: what was finished stays, the rest is made up for; then merge and export.
 */
static void bench_survives_kill(void **state) {
  (void)state;
  static const char small[] = "-o k.db --strategies guard,push --instances 10 --readers 0 "
                              "--samples 2 --grows 8 --seed 5 --blocks 12";
  char command[1024];
  pid_t pid = fork();
  if (pid == 0) {
    snprintf(command, sizeof command, "cd %s && exec '%s' bench %s >out.txt 2>err.txt", folder,
             TIDEMARK_PROGRAM, small);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
  }
  assert_true(pid > 0);
  while (finished_blocks("k.db") < 2 && waitpid(pid, NULL, WNOHANG) == 0) sched_yield();
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
  int64_t kept = finished_blocks("k.db");
  assert_true(kept >= 2);
  snprintf(command, sizeof command, "bench %s --resume", small);
  assert_int_equal(run(command), 0);
  assert_int_equal(count("k.db", "SELECT count(DISTINCT block) FROM cell "
                                 "WHERE axes LIKE '%block-complete%'"),
                   12);
  assert_int_equal(count("k.db", "SELECT count(*) FROM series WHERE NOT EXISTS "
                                 "(SELECT 1 FROM sample WHERE series = series.id)"),
                   0);
  assert_int_equal(run("bench -o m.db --strategies guard --instances 1 --readers 0 --samples 2 "
                       "--grows 4 --blocks 1"),
                   0);
  int64_t both =
      count("k.db", "SELECT count(*) FROM sample") + count("m.db", "SELECT count(*) FROM sample");
  assert_int_equal(run("merge k.db m.db"), 0);
  assert_int_equal(count("k.db", "SELECT count(*) FROM sample"), both);
  assert_int_equal(run("merge k.db m.db"), 0); /* again adds nothing */
  assert_int_equal(count("k.db", "SELECT count(*) FROM sample"), both);
  assert_int_equal(run("report --from k.db -o drawn"), 0); /* benches can be drawn too */
  char *page = contents("drawn/report.md");
  has(page, "Soundness was not judged");
  has(page, "| guard |");
  has(page, "| push |");
  free(page);
  assert_int_equal(run("export --csv -o k.csv k.db"), 0);
  char *csv = contents("k.csv");
  int64_t lines = 0;
  for (const char *p = csv; *p; p++) lines += *p == '\n';
  assert_int_equal(lines, both + 1);
  free(csv);
}

/* The code of an access is kept, once, and shown; so is who compiled it. */
static void code_is_kept(void **state) {
  (void)state;
  assert_int_equal(count("one/data.db", "SELECT count(*) FROM note WHERE name='disassembly' AND "
                                        "text LIKE '%ret%'"),
                   5);
  assert_int_equal(count("one/data.db", "SELECT count(*) FROM note JOIN cell ON cell.id=cell WHERE "
                                        "axes LIKE '%access-site%' AND name='module' AND "
                                        "length(text)=64"),
                   5);
  char *page = contents("one/report.md"), *machine = contents("one/machine.json");
  has(page, "lazytrap (module ");
  has(page, "ud1"); /* its question to the handler */
  has(machine, "\"module_compiler\":");
  has(machine, "qsbr and memb");
  free(page);
  free(machine);
}

/* Every access counts once, whatever it is: a load, a store and an atomic one; no bulk operation.
 */
static void accesses_are_counted(void **state) {
  (void)state;
  static const char wat[] =
      "(module (memory (export \"memory\") 1 2 shared)\n"
      " (func (export \"_start\") (local $n i32)\n"
      "  (local.set $n (i32.const 10))\n"
      "  (loop $l\n"
      "   (i32.store offset=8 (local.get $n) (i32.load (local.get $n)))\n"
      "   (drop (i32.atomic.rmw.add (i32.const 64) (i32.const 1)))\n"
      "   (memory.fill (i32.const 128) (i32.const 1) (i32.const 100))\n"
      "   (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))\n";
  char path[512];
  unsigned char *wasm;
  size_t size;
  struct tm_error error;
  assert_int_equal(tm_wat_to_wasm("count.wat", wat, sizeof wat - 1, &wasm, &size, &error), 0);
  snprintf(path, sizeof path, "%s/count.wasm", folder);
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  assert_true(fwrite(wasm, 1, size, out) == size && fclose(out) == 0);
  free(wasm);
  setenv("TIDEMARK_CFLAGS", "-DTM_COUNT_ACCESSES", 1);
  int status = run("run --stats stats.json count.wasm");
  unsetenv("TIDEMARK_CFLAGS");
  assert_int_equal(status, 0);
  char *stats = contents("stats.json");
  has(stats, "\"accesses\": 30}");
  free(stats);
  assert_int_equal(run("run --stats stats.json count.wasm"), 0);
  stats = contents("stats.json");
  has(stats, "\"accesses\": 0}");
  free(stats);
  assert_true(count("one/data.db", "SELECT value FROM sample JOIN series ON series.id=series "
                                   "WHERE metric='accesses'") > 0);
  char *page = contents("one/report.html");
  has(page, "id=\"t-workload-load\"");
  free(page);
}

/* kill -9 in the middle of a report: with --resume finished pieces stay and are not measured again,
 * the rest is made up for, and the page is drawn. Other options are refused. */
static void report_resumes(void **state) {
  (void)state;
  static const char request[] = "report --tiny --seed 9 --strategies nocheck,guard,push -o res";
  char command[1024];
  pid_t pid = fork();
  if (pid == 0) {
    snprintf(command, sizeof command, "cd %s && exec '%s' %s >out.txt 2>err.txt", folder,
             TIDEMARK_PROGRAM, request);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
  }
  assert_true(pid > 0);
  while (finished_blocks("res/data.db") < 1 && waitpid(pid, NULL, WNOHANG) == 0) sched_yield();
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
  int64_t marks = count("res/data.db", "SELECT count(*) FROM cell WHERE axes LIKE '%piece-comp%'");
  assert_true(marks >= 3); /* the list, the race under two strategies */
  assert_int_equal(count("res/data.db", "SELECT count(*) FROM run WHERE plan LIKE '%/whole'"), 0);
  snprintf(command, sizeof command, "%s --quick --resume", request);
  assert_int_equal(run(command), 2);
  char *errors = contents("err.txt");
  has(errors, "begun with other options");
  free(errors);
  snprintf(command, sizeof command, "%s --resume", request);
  assert_int_equal(run(command), 0);
  assert_int_equal(count("res/data.db", "SELECT count(DISTINCT seed) FROM run"), 1);
  /* Nothing is there twice but cells of blocks that were broken off, which are measured whole. */
#define TWICE                                                                                      \
  "SELECT count(*) FROM (SELECT 1 FROM cell JOIN run ON run.id=run WHERE plan %s LIKE '%%/bench' " \
  "GROUP BY plan, block, axes, position HAVING count(*) > 1)"
  snprintf(command, sizeof command, TWICE, "NOT");
  assert_int_equal(count("res/data.db", command), 0);
  assert_int_equal(count("res/data.db",
                         "SELECT count(DISTINCT run) FROM cell JOIN run ON run.id=run "
                         "WHERE plan LIKE '%/bench' AND block=0"),
                   1);
  int64_t cells = count("res/data.db", "SELECT count(*) FROM cell");
  snprintf(command, sizeof command, "%s --resume", request);
  assert_int_equal(run(command), 0); /* whole: nothing is measured, only what never ends in time */
  assert_int_equal(count("res/data.db", "SELECT count(*) FROM cell WHERE axes LIKE "
                                        "'%\"piece\":\"report\"%'"),
                   1);
  assert_true(count("res/data.db", "SELECT count(*) FROM cell") >= cells);
  char *page = contents("res/report.html");
  has(page, "id=\"decision\"");
  free(page);
  assert_int_equal(run("report --resume --tiny -o nothing-there"), 2);
  errors = contents("err.txt");
  has(errors, "there is no report in nothing-there to go on with");
  free(errors);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(page_is_whole),
                                     cmocka_unit_test(unsound_strategy_is_convicted),
                                     cmocka_unit_test(samples_are_kept),
                                     cmocka_unit_test(spurious_traps_are_counted),
                                     cmocka_unit_test(system_is_counted),
                                     cmocka_unit_test(grid_is_whole),
                                     cmocka_unit_test(loops_are_counted),
                                     cmocka_unit_test(report_is_drawn_again),
                                     cmocka_unit_test(wrong_requests_are_refused),
                                     cmocka_unit_test(bench_resumes),
                                     cmocka_unit_test(bench_survives_kill),
                                     cmocka_unit_test(code_is_kept),
                                     cmocka_unit_test(accesses_are_counted),
                                     cmocka_unit_test(report_resumes)};
  return cmocka_run_group_tests(tests, make, clean);
}
