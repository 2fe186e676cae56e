# SPDX-License-Identifier: Apache-2.0
# Write core/length.h, FROM, to TO with another end of a grow. ENDING: "lock", which is not dropped,
# or "await", of a length that nobody stores.
set(lock "")
set(await "  tm_await(tm_load_acq(&l->bytes) == 1);\n  tm_lock_drop(&l->lock);\n")
file(READ ${FROM} text)
string(REPLACE "  tm_lock_drop(&l->lock);\n  return (int64_t)" "${${ENDING}}  return (int64_t)"
  changed "${text}")
if(changed STREQUAL text)
  message(FATAL_ERROR "${FROM}: no grow ends as this test expects")
endif()
file(WRITE ${TO} "${changed}")
