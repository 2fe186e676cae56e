/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/wasi/abi.h"

#include <errno.h>

#define ENOTSUP_IS_EOPNOTSUPP (ENOTSUP == EOPNOTSUPP)
_Static_assert(ENOTSUP_IS_EOPNOTSUPP, "one case below covers both names");

uint32_t tm_wasi_errno(int host_errno) {
  switch (host_errno) {
  case 0: return TM_WASI_SUCCESS;
#define TM_ERRNO(name, number)                                                                     \
  case E##name: return number;
    TM_WASI_ERRNOS(TM_ERRNO)
#undef TM_ERRNO
  default: return TM_WASI_IO;
  }
}
