/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/wasm/layout.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
  const char *name, *summary;
} places[] = {
#define TM_LAYOUT(name, summary) {#name, summary},
#include "harness/wasm/layouts.def"
#undef TM_LAYOUT
};

static const char call[] = "+call";

const char *tm_layout_place_name(enum tm_layout_place place) { return places[place].name; }
const char *tm_layout_summary(enum tm_layout_place place) { return places[place].summary; }

const char *tm_layout_name(struct tm_layout layout, char name[TM_LAYOUT_NAME]) {
  snprintf(name, TM_LAYOUT_NAME, "%s%s", places[layout.place].name, layout.size_call ? call : "");
  return name;
}

int tm_layout_parse(const char *text, struct tm_layout *layout, struct tm_error *error) {
  for (int place = 0; place < TM_LAYOUT_PLACES; place++) {
    size_t n = strlen(places[place].name);
    if (strncmp(text, places[place].name, n)) continue;
    if (text[n] && strcmp(text + n, call)) continue;
    *layout = (struct tm_layout){.place = (enum tm_layout_place)place, .size_call = text[n] != 0};
    return 0;
  }
  return tm_fail(error, -EINVAL,
                 "unknown layout '%s'; there are inline, union, table and side, and each with "
                 "+call for memory.size as a host call",
                 text);
}
