/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/browser.h: a headless browser as an engine. A helper process serves litmus.js on
 * one page, starts the browser there, and prints the lines that the page posts. Outside Tidemark
 * (reproductions, hyperfine) drivers/serve.py does the same. */
#ifndef TM_HARNESS_ENGINES_BROWSER_H
#define TM_HARNESS_ENGINES_BROWSER_H

#include "harness/engines/engine.h"

#define TM_BROWSER_URL "@URL@" /* the argument that becomes the page's address; see serve.py */

/* Write the script and serve.py, and make the command's program the helper process, which runs
 * command->argv. */
int tm_browser_prepare(const struct tm_engine_task *task, struct tm_engine_command *command,
                       struct tm_error *error);

#endif
