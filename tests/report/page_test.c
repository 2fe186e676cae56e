/* SPDX-License-Identifier: Apache-2.0 */
/* The page in a real browser, 360 pixels wide, light and dark: nothing reaches beyond the edge,
 * every table sorts and filters, text stands out from its ground, the console is silent.
 * page_check.html does the looking. Skipped where there is no chromium. */
#include "harness/engines/process.h"

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
  (void)st, (void)kind, (void)ftw;
  return remove(path);
}

static bool in_path(const char *program) {
  char *argv[] = {"which", (char *)program, NULL};
  const struct tm_process_spec spec = {.argv = argv, .seconds = 10};
  struct tm_process_end end;
  struct tm_error error;
  if (tm_process_run(&spec, &end, &error)) return false;
  bool found = end.ending == TM_PROCESS_EXITED && end.status == 0;
  tm_process_free(&end);
  return found;
}

/* Make a tiny report in `folder`, and put the page that checks it beside it. */
static int prepare(const char *folder) {
  char command[4096];
  snprintf(command, sizeof command,
           "cd %s && '%s' report --tiny --seed 7 --strategies nocheck,guard,push -o . >log.txt "
           "2>&1 && cp '%s' check.html",
           folder, TIDEMARK_PROGRAM, TIDEMARK_PAGE_CHECK);
  if (system(command) == 0) return 0;
  fprintf(stderr, "the report could not be made\n");
  return 1;
}

/* 0 when all is well; 77 when the browser cannot run here. */
static int look(const char *folder, const char *scheme) {
  char page[512], profile[512], setting[64];
  snprintf(page, sizeof page, "file://%s/check.html", folder);
  snprintf(profile, sizeof profile, "--user-data-dir=%s/profile-%s", folder, scheme);
  snprintf(setting, sizeof setting, "--blink-settings=preferredColorScheme=%d",
           strcmp(scheme, "dark") ? 1 : 0);
  char *argv[] = {"chromium",
                  "--headless=new",
                  "--no-sandbox",
                  "--disable-gpu",
                  "--no-first-run",
                  "--disable-dev-shm-usage",
                  "--allow-file-access-from-files",
                  "--enable-logging=stderr",
                  "--virtual-time-budget=10000",
                  profile,
                  setting,
                  "--dump-dom",
                  page,
                  NULL};
  const struct tm_process_spec spec = {.argv = argv, .seconds = 90, .most_bytes = 16 << 20};
  struct tm_process_end end;
  struct tm_error error;
  char why[128];
  if (tm_process_run(&spec, &end, &error)) return fprintf(stderr, "%s\n", error.text), 77;
  const char *result = strstr(end.out, "<pre id=\"result\">");
  int status = 1;
  if (!result) {
    fprintf(stderr, "chromium showed nothing (%s): %.400s\n", tm_process_why(&end, why, sizeof why),
            end.err);
    status = 77;
  } else if (strstr(end.err, "CONSOLE")) {
    fprintf(stderr, "%s: the console is not silent: %.400s\n", scheme, strstr(end.err, "CONSOLE"));
  } else if (!strncmp(result + strlen("<pre id=\"result\">"), "ALL WELL", 8)) {
    printf("%s: all well\n", scheme);
    status = 0;
  } else {
    fprintf(stderr, "%s: %.800s\n", scheme, result);
  }
  tm_process_free(&end);
  return status;
}

int main(void) {
  char folder[] = "/tmp/tidemark-page-test.XXXXXX";
  if (!in_path("chromium")) {
    printf("skipped: there is no chromium; apt-get install chromium\n");
    return 77;
  }
  if (!mkdtemp(folder)) return 1;
  int status = prepare(folder);
  if (!status) status = look(folder, "light");
  if (!status) status = look(folder, "dark");
  nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  return status;
}
