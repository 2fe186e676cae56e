/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasm/layout.h: how translated code reaches the definition of its memory.
 *
 * A strategy says what an instance knows of a memory: its view, the copy that each VMContext holds
 * (strategies/S.h). A layout says where the instance keeps that view, and so how many loads lie
 * between the instance and it. No strategy knows of it. The four, from the call's slides:
 *
 *              | an owned memory                  | a shared or imported memory
 *     inline   | in the instance                  | in the instance
 *     union    | in the instance                  | pointer in the instance
 *     table    | pointer in the instance, to a    | pointer in the instance
 *              | second table of the instance     |
 *     side     | pointer to the instance's side structure, which holds it
 *
 * Owned: defined by the module and not shared. Which case it is, is known when the module is
 * translated, so `union` has no tag and no branch. A pointer never changes once the instance is
 * made: code loads it once in each function activation, as an engine does whose compiler knows the
 * load to be invariant; a strategy that loads the length through the view then loads through two
 * pointers, which is the double indirection that the call worried about.
 * Every instance keeps a view of its own under every layout: a strategy's copies stay per instance.
 *
 * memory.size is the strategy's hot half, inline, or (+call) a call into the host, which reads the
 * length through the strategy's table of operations, whatever the strategy is.
 *
 * As text: inline, union, table or side, each alone or with "+call".
 */
#ifndef TM_HARNESS_WASM_LAYOUT_H
#define TM_HARNESS_WASM_LAYOUT_H

#include "core/error.h"

#include <stdbool.h>
#include <stddef.h>

enum tm_layout_place {
#define TM_LAYOUT(name, summary) TM_LAYOUT_##name,
#include "harness/wasm/layouts.def"
#undef TM_LAYOUT
  TM_LAYOUT_PLACES
};

/* All zero: what is used unless told. */
struct tm_layout {
  enum tm_layout_place place;
  bool size_call; /* memory.size is a call into the host */
};

enum { TM_LAYOUT_NAME = 16 };

const char *tm_layout_place_name(enum tm_layout_place place);
const char *tm_layout_summary(enum tm_layout_place place);
/* As text, such as "table+call". Returns `name`. */
const char *tm_layout_name(struct tm_layout layout, char name[TM_LAYOUT_NAME]);
/* From text. 0, or -EINVAL with a sentence that lists them. */
int tm_layout_parse(const char *text, struct tm_layout *layout, struct tm_error *error);

#endif
