/* SPDX-License-Identifier: Apache-2.0 */
#include "core/memory.h"

#include "core/port.h"

#include <errno.h>

uint64_t tm_memory_max_pages(const struct tm_memory_type *type) {
  uint64_t limit = type->index == TM_INDEX32 ? TM_MAX_PAGES_32 : TM_MAX_PAGES_64;
  return type->max_pages < limit ? type->max_pages : limit;
}

int tm_region_init(struct tm_region *region, const struct tm_memory_type *type, bool whole_reach) {
  region->max_pages = tm_memory_max_pages(type);
  if (type->min_pages > region->max_pages) return -EINVAL;
  uint64_t bytes = region->max_pages * TM_PAGE_BYTES + TM_PAGE_BYTES;
  if (whole_reach && type->index == TM_INDEX32) bytes = TM_REACH_32;
  region->reserved_bytes = bytes;
  return tm_port_reserve(bytes, &region->base);
}

void tm_region_fini(struct tm_region *region) {
  tm_port_release(region->base, region->reserved_bytes);
  region->base = NULL;
}
