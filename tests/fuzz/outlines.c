/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/any.h"

#include <string.h>

const struct tm_outline *tm_outline;

#define TM_STRATEGY(name, kind, summary, source) extern const struct tm_outline tm_outline_##name;
#include "strategies/strategies.def"
#undef TM_STRATEGY

static const struct tm_outline *const outlines[] = {
#define TM_STRATEGY(name, kind, summary, source) &tm_outline_##name,
#include "strategies/strategies.def"
#undef TM_STRATEGY
};

const struct tm_outline *tm_outline_find(const char *name) {
  for (size_t k = 0; k < sizeof outlines / sizeof *outlines; k++)
    if (!strcmp(outlines[k]->name, name))
      return outlines[k]->view_bytes <= TM_ANY_VIEW_BYTES &&
                     outlines[k]->frame_bytes <= TM_ANY_FRAME_BYTES
                 ? outlines[k]
                 : NULL;
  return NULL;
}
