/* SPDX-License-Identifier: Apache-2.0 */
/* core/hash.h: SHA-256 of bytes, files and lists of parts.
 *
 * Why: the results store records the hash of every binary that was measured, and the translator's
 * cache names its entries by the hash of everything that went into them. The algorithm is nettle's
 * (FIPS 180-4; it picks the processor's SHA instructions by itself).
 *
 * Usage:
 *   char hex[TM_SHA256_HEX];
 *   if (tm_sha256_file(path, hex, &error) < 0) return report(&error);
 *
 *   struct tm_sha256 key;                 // a key made of parts
 *   tm_sha256_init(&key);
 *   tm_sha256_part(&key, flags, strlen(flags));
 *   tm_sha256_part(&key, bytes, size);
 *   tm_sha256_hex(&key, hex);
 *
 * No function keeps state between calls: any thread may call, each with its own struct.
 */
#ifndef TM_CORE_HASH_H
#define TM_CORE_HASH_H

#include "core/error.h"

#include <nettle/sha2.h>
#include <stddef.h>

enum { TM_SHA256_BYTES = 32, TM_SHA256_HEX = 65 /* 64 lower-case digits and the final NUL */ };

struct tm_sha256 {
  struct sha256_ctx state_;
};

void tm_sha256_init(struct tm_sha256 *h);

/* Add bytes to the message. Two calls are the same as one call with the bytes joined. */
void tm_sha256_add(struct tm_sha256 *h, const void *bytes, size_t size);

/* Add one part of a list: its size (8 bytes, little-endian), then its bytes. Unlike tm_sha256_add,
 * ("ab","c") and ("a","bc") give different hashes. */
void tm_sha256_part(struct tm_sha256 *h, const void *bytes, size_t size);

/* Add a file's content as one part. 0, or -errno with a sentence naming the file. The size is
 * counted while reading, so a file that changes meanwhile is refused with -EAGAIN. */
int tm_sha256_part_file(struct tm_sha256 *h, const char *path, struct tm_error *error);

/* Finish: the digest as text. `h` is then as after tm_sha256_init. */
void tm_sha256_hex(struct tm_sha256 *h, char hex[TM_SHA256_HEX]);

/* The hash of `size` bytes, as `printf … | sha256sum` prints it. */
void tm_sha256_bytes(const void *bytes, size_t size, char hex[TM_SHA256_HEX]);

/* The hash of a file's content, as `sha256sum FILE` prints it. 0, or -errno with a sentence. */
int tm_sha256_file(const char *path, char hex[TM_SHA256_HEX], struct tm_error *error);

#endif
