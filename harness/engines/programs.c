/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/programs.c: the workloads on engines and under our strategies. */
#include "harness/engines/subjects.h"

#include "bench/workloads/workloads.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Tidemark itself, as an engine whose variants are strategies. */
static int prepare_ours(const struct tm_engine_task *task, struct tm_engine_command *command,
                        struct tm_error *error) {
  tm_engine_argument(command, task->program->path);
  tm_engine_argument(command, "run");
  tm_engine_flags(command, task->variant);
  tm_engine_argument(command, "module.wasm");
  return tm_engine_write_program(task, command, error);
}

static const struct tm_engine ours = {.name = "tidemark",
                                      .program = "tidemark",
                                      .programs = TM_PROGRAMS_THREADS,
                                      .prepare = prepare_ours};

static struct tm_engine_variant strategy_variant(const struct tm_subject *subject) {
  return (struct tm_engine_variant){.name = subject->name,
                                    .flags = {"--strategy", subject->strategy->name}};
}

/* The samples of one subject, by block; NAN where there is none. */
struct samples {
  double inside[TM_SUBJECT_BLOCKS], whole[TM_SUBJECT_BLOCKS]; /* ns */
  double user[TM_SUBJECT_BLOCKS], system[TM_SUBJECT_BLOCKS];  /* s, of whole processes */
  char failure[200];       /* why it cannot be run; or the last one */
  char whole_failure[200]; /* the same of hyperfine */
  char folder[PATH_MAX];   /* where it runs, all the time; "" when it cannot */
  char command[2048];      /* for a person */
};

struct suite {
  const struct tm_engines_bench *asked;
  const struct tm_subjects *subjects;
  const struct tm_job *job;
  struct tm_engine_program self;
  struct samples *samples;
  char said[160]; /* the result that all must print */
};

static struct tm_engine_task task_of(const struct suite *s, const struct tm_subject *subject,
                                     struct tm_engine_variant *room) {
  struct tm_engine_task task = {.engine = subject->engine,
                                .program = &subject->program,
                                .variant = subject->variant,
                                .job = s->job};
  if (!subject->strategy) return task;
  *room = strategy_variant(subject);
  return (struct tm_engine_task){
      .engine = &ours, .program = &s->self, .variant = room, .job = s->job};
}

/* ---- making ready -----------------------------------------------------------------------------*/

/* Write measure.sh, which runs the prepared command in its folder; what it prints goes into two
 * files. */
static int write_script(const struct tm_engine_task *task, const struct tm_engine_command *c,
                        struct tm_error *error) {
  char *text = NULL;
  size_t size = 0;
  bool quotes = strchr(task->folder, '\'') != NULL;
  FILE *out = open_memstream(&text, &size);
  if (!out) return tm_fail(error, -ENOMEM, "out of memory for a script");
  fprintf(out, "cd '%s' && exec%s", task->folder, c->spec.body ? " python3 serve.py" : "");
  for (unsigned i = 0; i < c->arguments; i++) {
    quotes |= strchr(c->argv[i], '\'') != NULL;
    fprintf(out, " '%s'", c->argv[i]);
  }
  fprintf(out, " </dev/null >out 2>err\n");
  int code = fclose(out) != 0 ? tm_fail(error, -ENOMEM, "out of memory for a script")
             : quotes         ? tm_fail(error, -EINVAL, "its command has a quotation mark in it")
                              : tm_engine_write(task, "measure.sh", text, size, error);
  free(text);
  return code;
}

static void make_ready(struct suite *s, size_t i) {
  const struct tm_subject *subject = &s->subjects->list[i];
  struct samples *m = &s->samples[i];
  struct tm_engine_variant room;
  struct tm_engine_task task = task_of(s, subject, &room);
  struct tm_engine_command *command = calloc(1, sizeof *command);
  struct tm_error error = {""};
  for (int k = 0; k < TM_SUBJECT_BLOCKS; k++)
    m->inside[k] = m->whole[k] = m->user[k] = m->system[k] = NAN;
  const char *lacks = *subject->reason ? NULL : tm_engine_lacks(task.engine, s->job);
  task.folder = m->folder;
  if (*subject->reason)
    snprintf(m->failure, sizeof m->failure, "%s", subject->reason);
  else if (lacks)
    snprintf(m->failure, sizeof m->failure, "not run: under %s: %s", task.engine->name, lacks);
  else if (!command || tm_engine_folder(m->folder, &error) < 0 ||
           task.engine->prepare(&task, command, &error) < 0 ||
           write_script(&task, command, &error) < 0)
    snprintf(m->failure, sizeof m->failure, "%.190s", command ? error.text : "out of memory");
  else
    tm_engine_plain_command(&task, command, m->command, sizeof m->command);
  free(command);
}

/* ---- one process ------------------------------------------------------------------------------*/

/* A file of the subject's folder, to be freed. */
static char *read_text(const struct samples *m, const char *name) {
  char path[PATH_MAX + 32];
  enum { MOST = 1 << 20 };
  snprintf(path, sizeof path, "%s/%s", m->folder, name);
  FILE *file = fopen(path, "r");
  char *text = calloc(1, MOST + 1);
  if (text && file) text[fread(text, 1, MOST, file)] = '\0';
  if (file) fclose(file);
  return text;
}

static void read_hyperfine(struct samples *m, size_t block) {
  char *text = read_text(m, "hyperfine.json");
  cJSON *all = text ? cJSON_Parse(text) : NULL;
  const cJSON *one = cJSON_GetArrayItem(cJSON_GetObjectItem(all, "results"), 0);
  const struct {
    const char *name;
    double *to, scale;
  } figures[] = {{"mean", &m->whole[block], 1e9},
                 {"user", &m->user[block], 1},
                 {"system", &m->system[block], 1}};
  for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
    const cJSON *number = cJSON_GetObjectItem(one, figures[i].name);
    if (cJSON_IsNumber(number)) *figures[i].to = figures[i].scale * number->valuedouble;
  }
  cJSON_Delete(all);
  free(text);
}

/* What its process printed, as a sample; m->failure says why it is none. */
static void believe(struct suite *s, struct samples *m, const struct tm_process_end *end,
                    double *ns) {
  struct tm_engine_result r = {0};
  char *out = read_text(m, "out"), *err = read_text(m, "err");
  if (end->ending != TM_PROCESS_EXITED || end->status)
    tm_process_why(end, r.failure, sizeof r.failure);
  else if (out && err)
    tm_engine_parse_program(s->job, out, err, &r);
  if (!*r.failure) tm_engine_believe_program(&r);
  if (!*r.failure && !*s->said) snprintf(s->said, sizeof s->said, "%s", r.words.said);
  if (!*r.failure && strcmp(s->said, r.words.said))
    snprintf(r.failure, sizeof r.failure, "its result differs from others': %s", r.words.said);
  if (*r.failure && err) tm_engine_add_complaint(err, r.failure, sizeof r.failure);
  if (*r.failure)
    snprintf(m->failure, sizeof m->failure, "%.190s", r.failure);
  else
    *ns = r.words.ns;
  free(out), free(err);
}

/* One process. 0, or -errno when it cannot be started. */
static int run_process(struct suite *s, struct samples *m, char **argv, double *ns) {
  struct tm_process_spec spec = {.argv = argv, .seconds = (double)s->asked->sweep->seconds};
  struct tm_process_end end;
  struct tm_error error = {""};
  int code = tm_process_run(&spec, &end, &error);
  if (code < 0) return code;
  believe(s, m, &end, ns);
  tm_process_free(&end);
  return 0;
}

/* To warm up, and to see whether it works: nothing else is kept. */
static void run_first(struct suite *s, struct samples *m) {
  char script[PATH_MAX + 32];
  double ns;
  snprintf(script, sizeof script, "%s/measure.sh", m->folder);
  if (run_process(s, m, (char *[]){"sh", script, NULL}, &ns) < 0)
    snprintf(m->failure, sizeof m->failure, "sh cannot be started");
}

/* Under hyperfine, if it is there: then both figures are of one process. */
static void run_sample(struct suite *s, struct samples *m, size_t block) {
  char json[PATH_MAX + 32], line[PATH_MAX + 64];
  snprintf(json, sizeof json, "%s/hyperfine.json", m->folder);
  snprintf(line, sizeof line, "sh '%s/measure.sh'", m->folder);
  char *argv[] = {"hyperfine", "-N", "--style",       "none", "--warmup", "0",
                  "--runs",    "1",  "--export-json", json,   line,       NULL};
  if (run_process(s, m, argv, &m->inside[block]) == 0) {
    if (!isnan(m->inside[block])) read_hyperfine(m, block);
    return;
  }
  snprintf(m->whole_failure, sizeof m->whole_failure,
           "no hyperfine; install it with: apt-get install -y hyperfine");
  snprintf(line, sizeof line, "%s/measure.sh", m->folder);
  run_process(s, m, (char *[]){"sh", line, NULL}, &m->inside[block]);
}

/* ---- telling ----------------------------------------------------------------------------------*/

static void show_figure(double values[], const double base[], size_t blocks, const char *missing) {
  char ratio[64];
  double middle = tm_subjects_median(values, blocks);
  tm_subjects_ratio(values, base, blocks, ratio, sizeof ratio);
  if (isnan(middle))
    printf(" %10s   %-28s", "-", missing);
  else
    printf(" %10.2f   %-28s", middle / 1e6, ratio);
}

static void show_row(const struct suite *s, size_t i, cJSON *rows) {
  const struct tm_subject *subject = &s->subjects->list[i];
  struct samples *m = &s->samples[i];
  const struct samples *base = &s->samples[s->subjects->base];
  size_t blocks = (size_t)s->asked->blocks;
  printf("  %-24s", subject->name);
  if (isnan(tm_subjects_median(m->inside, blocks))) {
    printf(" %s\n", m->failure);
  } else {
    show_figure(m->inside, base->inside, blocks, "");
    show_figure(m->whole, base->whole, blocks, m->whole_failure);
    printf("\n");
  }
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "subject", subject->name);
  cJSON_AddStringToObject(o, "kind", subject->engine ? "engine" : "strategy");
  cJSON_AddStringToObject(o, "version", subject->engine ? subject->program.version : "");
  cJSON_AddStringToObject(o, "failure", m->failure);
  cJSON_AddItemToObject(o, "ns", tm_subjects_json(m->inside, blocks));
  cJSON *whole = cJSON_AddObjectToObject(o, "hyperfine");
  cJSON_AddStringToObject(whole, "command", m->command);
  cJSON_AddStringToObject(whole, "failure", m->whole_failure);
  cJSON_AddItemToObject(whole, "ns", tm_subjects_json(m->whole, blocks));
  cJSON_AddItemToObject(whole, "user", tm_subjects_json(m->user, blocks));
  cJSON_AddItemToObject(whole, "system", tm_subjects_json(m->system, blocks));
  cJSON_AddItemToArray(rows, o);
}

static void show(const struct suite *s, cJSON *list) {
  const struct tm_job *job = s->job;
  unsigned threads = job->program_threads;
  printf("\n%s %s, %s\n  %-24s %10s   %-28s %10s   %s\n", job->argument[0], job->argument[2],
         threads ? "two threads, shared memory" : "one thread, ordinary memory", "", "inside, ms",
         "ratio to guard (95 %)", "whole, ms", "ratio to guard (95 %)");
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "workload", job->argument[0]);
  cJSON_AddStringToObject(o, "size", job->argument[2]);
  cJSON_AddNumberToObject(o, "threads", threads ? threads : 1);
  cJSON_AddBoolToObject(o, "shared", threads > 0);
  cJSON_AddStringToObject(o, "result", s->said);
  cJSON *rows = cJSON_AddArrayToObject(o, "subjects");
  for (size_t i = 0; i < s->subjects->count; i++) show_row(s, i, rows);
  cJSON_AddItemToArray(list, o);
  fflush(stdout);
}

/* One workload in one shape: each subject once to warm up, then once in each block. */
static int measure(const struct tm_engines_bench *asked, const struct tm_subjects *subjects,
                   struct tm_rng *rng, const struct tm_job *job, cJSON *list,
                   struct tm_error *error) {
  struct suite s = {.asked = asked, .subjects = subjects, .job = job};
  size_t *order = calloc(subjects->count, sizeof *order);
  s.samples = calloc(subjects->count, sizeof *s.samples);
  ssize_t length = readlink("/proc/self/exe", s.self.path, sizeof s.self.path - 1);
  int code = order && s.samples && length > 0
                 ? 0
                 : tm_fail(error, -ENOMEM, "cannot run this program again, or out of memory");
  for (size_t i = 0; code == 0 && i < subjects->count; i++) {
    make_ready(&s, i);
    if (!*s.samples[i].failure) run_first(&s, &s.samples[i]);
  }
  for (long block = 0; code == 0 && block < asked->blocks; block++) {
    tm_order_block(rng, subjects->count, order);
    for (size_t i = 0; i < subjects->count; i++)
      if (!*s.samples[order[i]].failure) run_sample(&s, &s.samples[order[i]], (size_t)block);
  }
  if (code == 0) show(&s, list);
  for (size_t i = 0; s.samples && i < subjects->count; i++)
    if (*s.samples[i].folder) tm_engine_folder_remove(s.samples[i].folder);
  free(order), free(s.samples);
  return code;
}

static bool chosen(const char *list, const char *name) {
  if (!list) list = "matmul,sort,churn,sizepoll";
  if (!strcmp(list, "all")) return true;
  size_t length = strlen(name);
  for (const char *p = list; *p; p += strcspn(p, ","), p += *p == ',')
    if (strcspn(p, ",") == length && !strncmp(p, name, length)) return true;
  return false;
}

int tm_engines_programs(const struct tm_engines_bench *asked, const struct tm_subjects *subjects,
                        struct tm_rng *rng, cJSON *list, struct tm_error *error) {
  time_t start = time(NULL);
  int code = 0;
  for (const char *p = asked->workloads; p && *p; p += strcspn(p, ","), p += *p == ',') {
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(p, ","), p);
    if (strcmp(name, "all") && strcmp(name, "none") && !tm_workload_find(name))
      return tm_fail(error, -EINVAL, "unknown workload '%s'; 'tidemark compare --help' tells more",
                     name);
  }
  for (size_t i = 0; i < 2 * tm_workload_count && code == 0; i++) {
    struct tm_job job;
    const char *name = tm_workloads[i / 2].name;
    if (!chosen(asked->workloads, name)) continue;
    code = tm_job_program(name, i % 2 ? 2 : 0, asked->quick, &job, error);
    if (code == 0) code = measure(asked, subjects, rng, &job, list, error);
    tm_job_free(&job);
    tm_sweep_progress("workloads", i + 1, 2 * tm_workload_count, start);
  }
  return code;
}
