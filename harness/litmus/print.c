/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/litmus/json.h"
#include "harness/litmus/run.h"
#include "harness/stats/stats.h"

#include <inttypes.h>

const char *tm_run_mode_word(enum tm_run_mode mode) {
  static const char *const words[] = {"auto", "barrier", "timebase", "perpetual"};
  return words[mode];
}

static void print_row(const struct tm_litmus *test, const struct tm_histogram_row *row, FILE *out) {
  char text[32];
  fprintf(out, "%-10" PRIu64 "%c> ", row->count, row->witness ? '*' : ':');
  for (unsigned c = 0; c < test->columns; c++)
    fprintf(out, "%s=%s; ", test->column[c].name,
            tm_value_text(tm_code_value(row->code[c]), text, sizeof text));
  fprintf(out, " %s\n", tm_grade_name(row->grade));
}

static void print_how(const struct tm_run_options *o, const struct tm_run *r, FILE *out) {
  fprintf(out, "Strategy %s%s, mode %s, seed %" PRIu64, o->strategy->name,
          o->delayed ? " (with delays inside grow)" : "", tm_run_mode_word(r->mode), o->seed);
  if (r->aim.kind == TM_AIM_RANDOM)
    fprintf(out, ", skew random");
  else if (r->aim.kind == TM_AIM_EDGE)
    fprintf(out,
            ", skew follows the commit (%" PRId64 " ticks at the end, +%" PRId64
            " after an attempt too early, -%.3g after one too late)",
            r->skew, r->aim.ticks, (double)r->aim.ticks / (double)r->aim.calm);
  else if (r->mode != TM_RUN_BARRIER)
    fprintf(out, ", skew %" PRId64 " ticks", r->skew);
  if (o->resident)
    fprintf(out,
            r->resident ? ", pages resident" : ", pages touched (they are never inaccessible)");
  if (o->instances) fprintf(out, ", %u idle instances", o->instances);
  if (o->threads) fprintf(out, ", %u more threads", o->threads);
  if (r->interrupts) fprintf(out, ", grower interrupted %u times a second", r->interrupts);
  fputc('\n', out);
}

static void print_rates(const struct tm_run *r, FILE *out) {
  fprintf(out,
          "Time %.2f s running, %.2f s in all; %.0f rounds/s, %" PRIu64 " grows, %" PRIu64
          " traps\n",
          r->seconds, r->total_seconds, (double)r->rounds / r->seconds, r->grows, r->traps);
  if (r->tuning_seconds > 0) fprintf(out, "Skew found in %.2f s\n", r->tuning_seconds);
  if (r->witnesses == 0) {
    fprintf(out, "Never seen in %" PRIu64 " rounds: below %.2g of rounds at 95 %%\n", r->rounds,
            tm_proportion_upper(0, r->rounds, 0.95));
    return;
  }
  struct tm_interval share = tm_proportion_wilson(r->witnesses, r->rounds, 0.95);
  fprintf(out, "First witness after %.3g ms; %.3g of rounds [%.3g, %.3g]\n", r->first_seconds * 1e3,
          share.point, share.low, share.high);
  fprintf(out, "%.0f witnesses/s while running%s\n", tm_run_witness_rate(r),
          r->tuned_witnesses ? " with the skew found" : "");
}

double tm_run_witness_rate(const struct tm_run *r) {
  if (r->tuned_witnesses) return (double)r->tuned_witnesses / r->tuned_seconds;
  return r->seconds > 0 ? (double)r->witnesses / r->seconds : 0;
}

void tm_run_print(const struct tm_litmus *test, const struct tm_run_options *options,
                  const struct tm_run *r, const char *command, FILE *out) {
  uint64_t others = r->rounds - r->witnesses;
  fprintf(out, "Test %s %s\n", test->name, test->expect_allowed ? "allowed" : "forbidden");
  fprintf(out, "Histogram (%zu states)\n", tm_histogram_rows(r->histogram));
  for (size_t i = 0; i < tm_histogram_rows(r->histogram); i++)
    print_row(test, tm_histogram_row(r->histogram, i), out);
  fprintf(out, "Grades: forbidden %" PRIu64 ", weak %" PRIu64 ", sc %" PRIu64 "\n", r->forbidden,
          r->weak, r->sc);
  fprintf(out, "Observation %s %s %" PRIu64 " %" PRIu64 "\n", test->name, tm_run_observation(r),
          r->witnesses, others);
  if (r->rounds) print_rates(r, out);
  print_how(options, r, out);
  if (command) fprintf(out, "Repeat: %s\n", command);
}
