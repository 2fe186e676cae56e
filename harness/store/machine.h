/* SPDX-License-Identifier: Apache-2.0 */
/* harness/store/machine.h: what a number was measured on, as JSON (design/method.md, rule 11).
 *
 * The record has three parts:
 *   "class"     what must be equal for two machines' numbers to be pooled: processor, microcode,
 *               topology, kernel, mitigations, governor, turbo, SMT, huge pages, limits,
 *               virtualisation, compiler and flags, liburcu flavour, membarrier
 *   "detail"    the rest: load, swap, kernel options, whether counters can be read, a machine
 * number "warnings"  [{"id","text"}]: what makes numbers unsafe here, each a sentence A fact the
 * system does not tell (virtual machine, container, other architecture) is "unknown". Host name,
 * users, addresses and serial numbers are not recorded.
 *
 * Usage:
 *   cJSON *machine = tm_machine_record("");
 *   …
 *   cJSON_Delete(machine);
 */
#ifndef TM_HARNESS_STORE_MACHINE_H
#define TM_HARNESS_STORE_MACHINE_H

#include "core/hash.h"

#include <cjson/cJSON.h>
#include <stddef.h>

/* Describe this machine, now. `root` goes before every file name: "" but in tests. Never fails. */
cJSON *tm_machine_record(const char *root);

/* The hash of "class": equal if and only if two machines may be pooled. */
void tm_machine_class(const cJSON *record, char hex[TM_SHA256_HEX]);

/* Name the first fields of "class" that differ, as text: "kernel: 6.1.0 / 6.5.2; governor: …". */
void tm_machine_difference(const cJSON *a, const cJSON *b, char *text, size_t size);

#endif
