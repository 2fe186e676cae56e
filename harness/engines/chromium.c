/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/chromium.c: a newer V8, through headless Chromium. */
#include "harness/engines/browser.h"

static const struct tm_engine_variant variants[] = {
    {"bounds-checks",
     "every access compares with the length; no guard pages",
     {"--js-flags=--wasm-enforce-bounds-checks"}},
    {"no-trap-handler",
     "no signal handler for guard pages",
     {"--disable-features=WebAssemblyTrapHandler"}},
    {"baseline", "Liftoff, the baseline compiler, only", {"--js-flags=--liftoff-only"}},
    {"optimising",
     "TurboFan, the optimising compiler, only",
     {"--js-flags=--no-liftoff --no-wasm-lazy-compilation"}},
    {0}};

/* Without a sandbox: the page is ours, and the sandbox does not start for root or in a container.
 */
static int prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                   struct tm_error *error) {
  static const char *const arguments[] = {"--headless",           "--no-sandbox",
                                          "--disable-gpu",        "--no-first-run",
                                          "--disable-extensions", "--disable-background-networking",
                                          "--disable-sync",       "--disable-component-update",
                                          "--disable-breakpad",   "--user-data-dir=profile"};
  tm_engine_argument(command, task->program->path);
  for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
    tm_engine_argument(command, arguments[i]);
  tm_engine_flags(command, task->variant);
  tm_engine_argument(command, TM_BROWSER_URL);
  return tm_browser_prepare(task, command, error);
}

const struct tm_engine tm_engine_chromium = {
    .name = "chromium",
    .runtime = "V8",
    .what = "a newer V8 through headless Chromium, one worker a thread",
    .program = "chromium",
    .version = {"", "--version"},
    .install = "apt-get install -y chromium",
    .setup = TM_ENGINE_APT("chromium"),
    .claim = {.strategy = "interrupt",
              .how = "as V8 in Node; a change of 2026-09-29 makes memory.size and the checks of "
                     "shared memories read the shared length; whether this release has it was not "
                     "looked up",
              .where = "V8: as for Node; commit 34241014663390c72e08c123faef6fedf395be8e",
              .manner = TM_MANNER_POLL},
    .probes = true,
    .programs = TM_PROGRAMS_THREADS,
    .traps = true,
    .sleeps = true,
    .hosts = true,
    .variants = variants,
    .prepare = prepare,
};
