/* SPDX-License-Identifier: Apache-2.0 */
/* harness/store/system.h: facts about this machine, from files under `root` and from the kernel.
 * Only for machine.c. Each adds fields to the "class" and "detail" objects of its record. */
#ifndef TM_HARNESS_STORE_SYSTEM_H
#define TM_HARNESS_STORE_SYSTEM_H

#include <cjson/cJSON.h>

void tm_system_processor(const char *root, cJSON *class, cJSON *detail);
void tm_system_kernel(const char *root, cJSON *class, cJSON *detail);
void tm_system_limits(const char *root, cJSON *class, cJSON *detail);
void tm_system_build(cJSON *class, cJSON *detail);

#endif
