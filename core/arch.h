/* SPDX-License-Identifier: Apache-2.0 */
/* core/arch.h: what depends on the processor; one file per architecture behind it. */
#ifndef TM_CORE_ARCH_H
#define TM_CORE_ARCH_H

#if defined(__x86_64__)
#include "core/arch_x86_64.h"
#else
#error "Tidemark runs on x86-64; aarch64 needs a core/arch_aarch64.h with the same functions"
#endif

#endif
