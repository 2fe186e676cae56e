/* SPDX-License-Identifier: Apache-2.0
 *
 * compress: byte-wise dictionary compression of text in blocks, and back.
 *
 * Single bytes, short loops, many branches: the opposite of matmul. The method is LZ77 with one
 * hash table of recent positions; a block becomes tokens of {literal count, literals, match
 * length, distance}. Threads take blocks by number, so what a block becomes does not depend on
 * who compressed it.
 * Checked by decompressing every block and comparing it with the text.
 */
#include "guest/guest.h"

const char workload_name[] = "compress";
const char workload_size_help[] = "KiB";
const uint32_t workload_max_size = 128u << 10;

enum {
  BLOCK = 32768,
  PACKED_MOST = BLOCK + BLOCK / 64 + 64, /* what a block without any repetition becomes */
  HASH_BITS = 12,
  SHORTEST = 4, /* match worth a token */
  LONGEST = 255,
  WORDS = 4096,
};

struct packed {
  uint32_t length;
  uint8_t bytes[PACKED_MOST];
};

static unsigned threads;
static uint32_t n, blocks;
static uint8_t *text, *unpacked;
static struct packed **packed;
static bool block_right[GUEST_MAX_THREADS];

/* Words of a made-up language; some are much more frequent than others, as in a real one. */
static uint32_t put_word(uint8_t *target, uint32_t room, uint64_t random) {
  uint64_t rank = random % WORDS * (random >> 32 & 0xffff) >> 16;
  uint64_t letters = guest_random(7, rank);
  uint32_t length = 2 + (uint32_t)(letters >> 56) % 8;
  if (length >= room) length = room - 1;
  for (uint32_t i = 0; i < length; i++, letters >>= 5) {
    target[i] = (uint8_t)"etaoinshrdlucmfwypvbgkjqxzeatoin"[letters & 31];
  }
  target[length] = random >> 60 ? ' ' : '\n';
  return length + 1;
}

void workload_prepare(unsigned thread_count, uint32_t size) {
  threads = thread_count;
  n = size * 1024;
  blocks = (n + BLOCK - 1) / BLOCK;
  text = guest_alloc(n);
  unpacked = guest_alloc(n);
  packed = guest_alloc(blocks * sizeof(struct packed *));
  uint64_t word = 0;
  for (uint32_t at = 0; at < n;) at += put_word(text + at, n - at, guest_random(1, word++));
}

static uint32_t hash_at(const uint8_t *at) {
  uint32_t bytes;
  __builtin_memcpy(&bytes, at, sizeof bytes);
  return (bytes * 2654435761u) >> (32 - HASH_BITS);
}

static uint32_t match_length(const uint8_t *a, const uint8_t *b, const uint8_t *b_end) {
  uint32_t length = 0;
  while (length < LONGEST && b + length < b_end && a[length] == b[length]) length++;
  return length;
}

/* A token: the count of literals, they themselves, the match's length (0 for none), the distance
 * in two bytes. */
static uint8_t *put_token(uint8_t *out, const uint8_t *literals, uint32_t count, uint32_t length,
                          uint32_t distance) {
  while (count > 255 || (count == 255 && length)) {
    *out++ = 255;
    for (uint32_t i = 0; i < 255; i++) *out++ = *literals++;
    count -= 255;
    *out++ = 0;
    *out++ = 0;
    *out++ = 0;
  }
  *out++ = (uint8_t)count;
  for (uint32_t i = 0; i < count; i++) *out++ = literals[i];
  *out++ = (uint8_t)length;
  *out++ = (uint8_t)distance;
  *out++ = (uint8_t)(distance >> 8);
  return out;
}

static uint32_t compress(uint8_t *out, const uint8_t *in, uint32_t count) {
  uint16_t recent[1 << HASH_BITS] = {0}; /* position of the last such four bytes, plus one */
  uint8_t *start = out;
  uint32_t at = 0, literals = 0;
  while (at + SHORTEST <= count) {
    uint16_t *entry = &recent[hash_at(in + at)];
    uint32_t before = *entry;
    *entry = (uint16_t)(at + 1);
    uint32_t length = before ? match_length(in + before - 1, in + at, in + count) : 0;
    if (length < SHORTEST) {
      at++;
      continue;
    }
    out = put_token(out, in + literals, at - literals, length, at + 1 - before);
    at += length;
    literals = at;
  }
  out = put_token(out, in + literals, count - literals, 0, 0);
  return (uint32_t)(out - start);
}

static void decompress(uint8_t *out, uint32_t room, const uint8_t *in, uint32_t count) {
  const uint8_t *end = in + count, *out_end = out + room;
  while (in < end) {
    uint32_t literals = *in++;
    for (uint32_t i = 0; i < literals && out < out_end; i++) *out++ = *in++;
    uint32_t length = in[0], distance = in[1] | (uint32_t)in[2] << 8;
    in += 3;
    for (uint32_t i = 0; i < length && out < out_end; i++, out++) *out = *(out - distance);
  }
}

void workload_work(unsigned thread) {
  bool right = true;
  for (uint32_t block = thread; block < blocks; block += threads) {
    const uint8_t *source = text + (size_t)block * BLOCK;
    uint8_t *target = unpacked + (size_t)block * BLOCK;
    uint32_t count = n - block * BLOCK < BLOCK ? n - block * BLOCK : BLOCK;
    struct packed *result = guest_alloc(sizeof *result);
    result->length = compress(result->bytes, source, count);
    packed[block] = result;
    decompress(target, count, result->bytes, result->length);
    for (uint32_t i = 0; i < count; i++) right &= source[i] == target[i];
  }
  block_right[thread] = right;
}

bool workload_verify(uint64_t *checksum) {
  bool right = true;
  for (unsigned i = 0; i < threads; i++) right &= block_right[i];
  uint64_t packed_bytes = 0;
  for (uint32_t block = 0; block < blocks; block++) {
    packed_bytes += packed[block]->length;
    uint64_t sum = block;
    for (uint32_t i = 0; i < packed[block]->length; i += 61) {
      sum = (sum ^ packed[block]->bytes[i]) * 0x100000001b3u;
    }
    *checksum += guest_mix(sum + packed[block]->length);
  }
  /* A program that packs nothing would also come back to the same text. */
  return right && (n < BLOCK || packed_bytes < n);
}
