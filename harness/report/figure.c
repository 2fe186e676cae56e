/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/report/figure.h"

#include "core/error.h"
#include "harness/engines/process.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *tm_figure_colour(size_t i) {
  static const char *const colours[] = {"#3b82c4", "#d9772b", "#2f9e62", "#c94f6d", "#8a63c9",
                                        "#8c6d46", "#c0589e", "#7a7a7a", "#a3a028", "#2aa6a8"};
  return colours[i % (sizeof colours / sizeof *colours)];
}

void tm_figure_script_end(FILE *out, char *const *text) {
  bool lost = ferror(out);
  if (fclose(out) || lost || !*text) tm_no_memory("a figure"); /* fclose() does not always say so */
}

/* Run gnuplot on HEAD + script. Its standard output, or NULL. */
static char *run(const char *head, const char *script) {
  char file[] = "/tmp/tidemark-figure.XXXXXX";
  int fd = mkstemp(file);
  FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
  if (!out) return NULL;
  int written = fprintf(out, "%s\n%s\n", head, script);
  if (fclose(out) || written < 0) { /* half a script makes half a figure */
    fprintf(stderr, "tidemark report: cannot write %s: %s\n", file, strerror(errno));
    unlink(file);
    return NULL;
  }
  char *argv[] = {"gnuplot", file, NULL};
  const struct tm_process_spec spec = {.argv = argv, .seconds = 30, .most_bytes = 16 << 20};
  struct tm_process_end end;
  struct tm_error error;
  char *text = NULL;
  if (!tm_process_run(&spec, &end, &error)) {
    if (end.ending == TM_PROCESS_EXITED && end.status == 0) text = strdup(end.out);
    if (!text) fprintf(stderr, "tidemark report: gnuplot: %.300s\n", end.err);
    tm_process_free(&end);
  }
  unlink(file);
  return text;
}

/* Replace every `from` by `to`, in a new text. */
static char *replace(char *text, const char *from, const char *to) {
  char *result = NULL;
  size_t size;
  FILE *out = open_memstream(&result, &size);
  if (!out) return text;
  for (const char *p = text, *hit;; p = hit + strlen(from)) {
    hit = strstr(p, from);
    if (!hit) {
      fputs(p, out);
      break;
    }
    fwrite(p, 1, (size_t)(hit - p), out);
    fputs(to, out);
  }
  tm_figure_script_end(out, &result);
  free(text);
  return result;
}

char *tm_figure_svg(const char *name, const char *script) {
  char head[256];
  snprintf(head, sizeof head,
           "set terminal svg size 760,430 dynamic font 'sans-serif,13' name '%s'", name);
  char *text = run(head, script), *svg = text ? strstr(text, "<svg") : NULL;
  if (!svg) return free(text), NULL;
  svg = strdup(svg);
  free(text);
  if (!svg) return NULL;
  svg = replace(svg, "stroke=\"black\"", "stroke=\"currentColor\"");
  svg = replace(svg, "stroke='black'", "stroke='currentColor'");
  svg = replace(svg, "fill=\"black\"", "fill=\"currentColor\"");
  svg = replace(svg, "fill = \"black\"", "fill=\"currentColor\"");
  svg = replace(svg, "color=\"black\"", "color=\"inherit\"");
  svg = replace(svg, "stroke=\"rgb(  0,   0,   0)\"", "stroke=\"currentColor\"");
  svg = replace(svg, "fill=\"rgb(  0,   0,   0)\"", "fill=\"currentColor\"");
  return svg;
}

/* Cairo does not say when the disk is full: a whole PDF ends with its end mark. */
static bool whole_pdf(const char *path) {
  char end[64] = "";
  FILE *in = fopen(path, "r");
  if (!in) return false;
  bool read = fseek(in, -16, SEEK_END) == 0 && fread(end, 1, sizeof end - 1, in) > 0;
  fclose(in);
  return read && strstr(end, "%%EOF");
}

bool tm_figure_pdf(const char *path, const char *script) {
  char head[PATH_MAX + 400], aside[PATH_MAX + 310];
  snprintf(aside, sizeof aside, "%s.part", path);
  snprintf(head, sizeof head,
           "set terminal pdfcairo size 15cm,8.5cm font 'sans,11'\nset output '%s'", aside);
  char *text = run(head, script);
  bool good = text && whole_pdf(aside) && rename(aside, path) == 0;
  if (!good) unlink(aside);
  free(text);
  return good;
}
