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

static const struct tm_engine ours = {
    .name = "tidemark", .programs = TM_PROGRAMS_THREADS, .prepare = prepare_ours};

static struct tm_engine_variant strategy_variant(const struct tm_subject *subject) {
  return (struct tm_engine_variant){.name = subject->name,
                                    .flags = {"--strategy", subject->strategy->name}};
}

struct samples {
  double ns[TM_SUBJECT_BLOCKS];
  char failure[200]; /* the last one; what hyperfine could not do stands in whole_failure */
  char whole_failure[200];
  double mean, spread; /* of whole processes, in seconds */
  cJSON *hyperfine;    /* what it wrote */
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

/* ---- inside -----------------------------------------------------------------------------------*/

static void sample(struct suite *s, size_t i, size_t block) {
  const struct tm_subject *subject = &s->subjects->list[i];
  struct tm_engine_variant room;
  struct tm_engine_task task = task_of(s, subject, &room);
  struct tm_engine_result r = {0};
  s->samples[i].ns[block] = NAN;
  if (*subject->reason)
    snprintf(r.failure, sizeof r.failure, "%s", subject->reason);
  else
    tm_engine_run(task.engine, task.program, task.variant, s->job, (double)s->asked->sweep->seconds,
                  &r);
  if (!*r.failure && !*s->said) snprintf(s->said, sizeof s->said, "%s", r.words.said);
  if (!*r.failure && strcmp(s->said, r.words.said))
    snprintf(r.failure, sizeof r.failure, "its result differs from others': %s", r.words.said);
  if (*r.failure)
    snprintf(s->samples[i].failure, sizeof s->samples[i].failure, "%.190s", r.failure);
  else
    s->samples[i].ns[block] = r.words.ns;
  tm_engine_result_free(&r);
}

/* ---- whole processes --------------------------------------------------------------------------*/

/* "cd 'FOLDER' && exec 'a' 'b'" for a shell; false when it does not fit or a ' is in it. */
static bool shell_line(const char *folder, const struct tm_engine_command *c, char *out,
                       size_t room) {
  size_t n = (size_t)snprintf(out, room, "cd '%s' && exec", folder);
  bool fits = !strchr(folder, '\'');
  for (unsigned i = 0; i < c->arguments && n < room; i++) {
    fits &= !strchr(c->argv[i], '\'');
    n += (size_t)snprintf(out + n, room - n, " '%s'", c->argv[i]);
  }
  return fits && n < room;
}

static void read_hyperfine(struct samples *m, const char *path) {
  static char text[1 << 20];
  FILE *file = fopen(path, "r");
  size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
  if (file) fclose(file);
  text[size] = '\0';
  m->hyperfine = cJSON_Parse(text);
  const cJSON *one = cJSON_GetArrayItem(cJSON_GetObjectItem(m->hyperfine, "results"), 0);
  const cJSON *mean = cJSON_GetObjectItem(one, "mean"),
              *spread = cJSON_GetObjectItem(one, "stddev");
  m->mean = cJSON_IsNumber(mean) ? mean->valuedouble : 0;
  m->spread = cJSON_IsNumber(spread) ? spread->valuedouble : 0;
}

/* hyperfine on the prepared command. A reason, or NULL. */
static const char *time_command(const struct suite *s, const struct tm_engine_task *task,
                                const struct tm_engine_command *command, struct samples *m) {
  static char line[8192];
  char runs[24], path[PATH_MAX + 16], why[200];
  if (command->spec.body) return "a page has no process of its own";
  if (!shell_line(task->folder, command, line, sizeof line)) return "its command is too long";
  snprintf(runs, sizeof runs, "%ld", s->asked->blocks > 2 ? s->asked->blocks : 2);
  snprintf(path, sizeof path, "%s/hyperfine.json", task->folder);
  char *argv[] = {"hyperfine", "--style",       "none", "--warmup", "1", "--runs",
                  runs,        "--export-json", path,   line,       NULL};
  struct tm_process_spec spec = {
      .argv = argv, .seconds = (double)(s->asked->sweep->seconds * (s->asked->blocks + 2))};
  struct tm_process_end end;
  struct tm_error error = {""};
  if (tm_process_run(&spec, &end, &error) < 0)
    return "there is no hyperfine; install it with: apt-get install -y hyperfine";
  bool good = end.ending == TM_PROCESS_EXITED && end.status == 0;
  if (good) read_hyperfine(m, path);
  if (!good)
    snprintf(m->whole_failure, sizeof m->whole_failure, "hyperfine: %.150s",
             tm_process_why(&end, why, sizeof why));
  tm_process_free(&end);
  return NULL;
}

static void time_whole(struct suite *s, size_t i) {
  const struct tm_subject *subject = &s->subjects->list[i];
  struct samples *m = &s->samples[i];
  struct tm_engine_variant room;
  struct tm_engine_task task = task_of(s, subject, &room);
  struct tm_engine_command *command = calloc(1, sizeof *command);
  struct tm_error error = {""};
  char folder[PATH_MAX];
  task.folder = folder;
  if (command && tm_engine_folder(folder, &error) == 0) {
    const char *why = NULL;
    if (task.engine->prepare(&task, command, &error) < 0)
      why = error.text;
    else
      why = time_command(s, &task, command, m);
    if (why) snprintf(m->whole_failure, sizeof m->whole_failure, "%.190s", why);
    tm_engine_folder_remove(folder);
  }
  free(command);
}

/* ---- telling ----------------------------------------------------------------------------------*/

static void show_row(const struct suite *s, size_t i, cJSON *rows) {
  const struct tm_subject *subject = &s->subjects->list[i];
  const struct samples *m = &s->samples[i];
  size_t blocks = (size_t)s->asked->blocks;
  char ratio[64];
  double middle = tm_subjects_median(m->ns, blocks);
  tm_subjects_ratio(m->ns, s->samples[s->subjects->base].ns, blocks, ratio, sizeof ratio);
  printf("  %-24s ", subject->name);
  if (isnan(middle)) {
    printf("%s\n", m->failure);
  } else {
    printf("%10.2f   %-26s ", middle / 1e6, ratio);
    if (m->mean > 0)
      printf("%10.1f ± %.1f\n", m->mean * 1e3, m->spread * 1e3);
    else
      printf("%10s   %s\n", "-", m->whole_failure);
  }
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "subject", subject->name);
  cJSON_AddStringToObject(o, "kind", subject->engine ? "engine" : "strategy");
  cJSON_AddStringToObject(o, "version", subject->engine ? subject->program.version : "");
  cJSON_AddStringToObject(o, "failure", m->failure);
  cJSON *samples = cJSON_AddArrayToObject(o, "ns");
  for (size_t k = 0; k < blocks; k++)
    cJSON_AddItemToArray(samples,
                         isnan(m->ns[k]) ? cJSON_CreateNull() : cJSON_CreateNumber(m->ns[k]));
  if (m->hyperfine)
    cJSON_AddItemToObject(o, "hyperfine", m->hyperfine);
  else
    cJSON_AddStringToObject(o, "no_hyperfine", m->whole_failure);
  cJSON_AddItemToArray(rows, o);
}

static void show(const struct suite *s, cJSON *list) {
  const struct tm_job *job = s->job;
  unsigned threads = job->program_threads;
  printf("\n%s %s, %s\n  %-24s %10s   %-26s %10s\n", job->argument[0], job->argument[2],
         threads ? "two threads, shared memory" : "one thread, ordinary memory", "", "inside, ms",
         "ratio to guard (95 %)", "whole process, ms");
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

/* One workload in one shape. */
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
  for (long block = 0; code == 0 && block < asked->blocks; block++) {
    tm_order_block(rng, subjects->count, order);
    for (size_t i = 0; i < subjects->count; i++) sample(&s, order[i], (size_t)block);
  }
  for (size_t i = 0; code == 0 && i < subjects->count; i++)
    if (!isnan(tm_subjects_median(s.samples[i].ns, (size_t)asked->blocks))) time_whole(&s, i);
  if (code == 0) show(&s, list);
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
