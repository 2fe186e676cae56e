/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/firefox.c: a newer SpiderMonkey, through headless Firefox ESR. */
#include "harness/engines/browser.h"
#include "harness/engines/spidermonkey.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* A variant's flags are preferences, as "name=value". */
static const struct tm_engine_variant variants[] = {
    {"bounds-checks",
     "huge memory off: accesses compare with a length",
     {"javascript.options.wasm_disable_huge_memory=true"}},
    {"baseline", "the baseline compiler only", {"javascript.options.wasm_optimizingjit=false"}},
    {"optimising",
     "Ion, the optimising compiler, only",
     {"javascript.options.wasm_baselinejit=false"}},
    {0}};

/* Nothing but our page is to be asked for; and the clock is to be fine. */
static const char quiet[] = "user_pref(\"privacy.reduceTimerPrecision\", false);\n"
                            "user_pref(\"privacy.reduceTimerPrecision.unconditional\", false);\n"
                            "user_pref(\"browser.shell.checkDefaultBrowser\", false);\n"
                            "user_pref(\"app.update.enabled\", false);\n"
                            "user_pref(\"datareporting.policy.dataSubmissionEnabled\", false);\n"
                            "user_pref(\"toolkit.telemetry.enabled\", false);\n"
                            "user_pref(\"network.captive-portal-service.enabled\", false);\n"
                            "user_pref(\"network.connectivity-service.enabled\", false);\n"
                            "user_pref(\"browser.safebrowsing.update.enabled\", false);\n"
                            "user_pref(\"services.settings.server\", \"data:,\");\n"
                            "user_pref(\"extensions.update.enabled\", false);\n"
                            "user_pref(\"browser.aboutwelcome.enabled\", false);\n";

static int write_profile(const struct tm_engine_task *task, struct tm_error *error) {
  char text[4096], path[PATH_MAX];
  size_t n = (size_t)snprintf(text, sizeof text, "%s", quiet);
  const char *const *flag = task->variant ? task->variant->flags : NULL;
  for (int i = 0; flag && i < TM_ENGINE_FLAGS && flag[i]; i++) {
    int name = (int)strcspn(flag[i], "=");
    n += (size_t)snprintf(text + n, sizeof text - n, "user_pref(\"%.*s\", %s);\n", name, flag[i],
                          flag[i] + name + 1);
  }
  snprintf(path, sizeof path, "%s/profile", task->folder);
  mkdir(path, 0700);
  return tm_engine_write(task, "profile/user.js", text, n, error);
}

static int prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                   struct tm_error *error) {
  char profile[PATH_MAX + 16];
  snprintf(profile, sizeof profile, "%s/profile", task->folder);
  int code = write_profile(task, error);
  if (code < 0) return code;
  tm_engine_argument(command, task->program->path);
  tm_engine_argument(command, "--headless");
  tm_engine_argument(command, "--no-remote");
  tm_engine_argument(command, "--profile");
  tm_engine_argument(command, profile);
  tm_engine_argument(command, TM_BROWSER_URL);
  return tm_browser_prepare(task, command, error);
}

const struct tm_engine tm_engine_firefox = {
    .name = "firefox",
    .runtime = "SpiderMonkey",
    .what = "a newer SpiderMonkey through headless Firefox ESR, one worker a thread",
    .program = "firefox-esr",
    .version = {"", "--version"},
    .install = "apt-get install -y firefox-esr",
    .setup = TM_ENGINE_APT("firefox-esr"),
    .claim = TM_SPIDERMONKEY_CLAIM,
    .probes = true,
    .programs = TM_PROGRAMS_THREADS,
    .traps = true,
    .sleeps = true,
    .hosts = true,
    .variants = variants,
    .prepare = prepare,
};
