/* SPDX-License-Identifier: Apache-2.0 */
/* harness/engines/spidermonkey.h: what SpiderMonkey's public source says, for its shell and for
 * Firefox. */
#ifndef TM_HARNESS_ENGINES_SPIDERMONKEY_H
#define TM_HARNESS_ENGINES_SPIDERMONKEY_H

#include "harness/engines/engine.h"

#define TM_SPIDERMONKEY_CLAIM                                                                      \
  {.strategy = "guard",                                                                            \
   .how = "under a lock, pages are committed, then the one shared length is stored",               \
   .where = "Gecko: js/src/vm/SharedArrayObject.cpp, wasmGrowToPagesInPlace; "                     \
            "js/src/wasm/WasmJS.cpp, WasmMemoryObject::growShared",                                \
   .manner = TM_MANNER_GUARD}

#endif
