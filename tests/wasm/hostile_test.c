/* SPDX-License-Identifier: Apache-2.0 */
/* Bad input for the translator: truncated, damaged, oversized, unsupported. Every one must end in
 * one sentence and never in a crash; the sanitizer builds see what a crash does not show.
 *
 *   hostile_test [SEED [TRIES [FILE.wasm…]]]    damages the files instead of its own modules
 */
#include "harness/wasm/emit.h"
#include "harness/wasm/wat.h"
#include "tests/usage.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SLACK_KIB = 4096 };

static struct tm_error error;

/* Translate into nothing; the code, and the sentence in `error`. */
static int translate(const void *wasm, size_t size) {
  static const struct tm_emit_options options = {.strategy = "guard"};
  FILE *nowhere = fopen("/dev/null", "w");
  assert_non_null(nowhere);
  error = (struct tm_error){0};
  int result = tm_emit_stream("hostile", wasm, size, &options, nowhere, &error);
  fclose(nowhere);
  return result;
}

/* One sentence, and a code that says whose fault it is. */
static void check_verdict(int result) {
  if (result == 0) return;
  assert_true(result == -EINVAL || result == -ENOTSUP || result == -EFBIG);
  assert_true(error.text[0] && !strchr(error.text, '\n'));
}

/* ---- bytes by hand ----------------------------------------------------------------------------*/

struct bytes {
  uint8_t at[1 << 17];
  size_t size;
};

static void put(struct bytes *b, const char *bytes, size_t size) {
  assert_true(b->size + size <= sizeof b->at);
  memcpy(b->at + b->size, bytes, size);
  b->size += size;
}
static void put_number(struct bytes *b, uint32_t n) {
  do {
    char byte = (char)((n & 0x7f) | (n > 0x7f ? 0x80 : 0));
    put(b, &byte, 1);
  } while (n >>= 7);
}
static void put_section(struct bytes *b, char id, const struct bytes *content) {
  put(b, &id, 1);
  put_number(b, (uint32_t)content->size);
  put(b, (const char *)content->at, content->size);
}

static const char magic[] = {0, 'a', 's', 'm', 1, 0, 0, 0};

/* A module with a memory section (its content given) and one function of type () → (). */
static int translate_body(const char *memory, size_t memory_size, const struct bytes *body) {
  static struct bytes module, part;
  module.size = 0;
  put(&module, magic, sizeof magic);
  put(&module, "\x01\x04\x01\x60\x00\x00", 6); /* type () → () */
  put(&module, "\x03\x02\x01\x00", 4);         /* one function */
  if (memory_size) {
    part.size = 0;
    put(&part, memory, memory_size);
    put_section(&module, 5, &part);
  }
  part.size = 0;
  put(&part, "\x01", 1);
  put_number(&part, (uint32_t)body->size);
  put(&part, (const char *)body->at, body->size);
  put_section(&module, 10, &part);
  return translate(module.at, module.size);
}

static int translate_code(const char *code, size_t size) {
  static struct bytes body;
  body.size = 0;
  put(&body, code, size);
  return translate_body("\x01\x00\x01", 3, &body);
}
#define CODE(s) translate_code(s, sizeof(s) - 1)

/* ---- tests ------------------------------------------------------------------------------------*/

static void no_module(void **state) {
  (void)state;
  assert_int_equal(translate("", 0), -EINVAL);
  assert_int_equal(translate("\0asm", 4), -EINVAL);
  assert_int_equal(translate("\0asm\x02\0\0\0", 8), -EINVAL);
  assert_int_equal(translate("#!/bin/sh\necho\n", 15), -EINVAL);
  assert_int_equal(translate(magic, sizeof magic), 0);
}

static void unsupported_is_named(void **state) {
  (void)state;
  static const struct {
    const char *code;
    size_t size;
    const char *name;
  } cases[] = {
#define CASE(code, name) {code, sizeof(code) - 1, name}
      CASE("\x00\x06\x40\x0b\x0b", "exception"),                         /* try */
      CASE("\x00\x1f\x40\x00\x0b\x0b", "exception"),                     /* try_table */
      CASE("\x00\x08\x00\x0b", "exception"),                             /* throw */
      CASE("\x00\x12\x00\x0b", "tail calls"),                            /* return_call */
      CASE("\x00\x14\x00\x0b", "function references"),                   /* call_ref */
      CASE("\x00\xfb\x00\x00\x0b", "garbage collection"),                /* struct.new */
      CASE("\x00\xfd\x80\x02\x0b", "relaxed SIMD"),                      /* i8x16.relaxed_swizzle */
      CASE("\x00\x41\x00\x28\x42\x00\x00\x1a\x0b", "multiple memories"), /* load, memory 0 */
#undef CASE
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    int result = translate_code(cases[k].code, cases[k].size);
    if (result != -ENOTSUP || !strstr(error.text, cases[k].name))
      fail_msg("%d, '%s' does not name %s", result, error.text, cases[k].name);
  }
  static struct bytes empty;
  empty.size = 0;
  put(&empty, "\x00\x0b", 2);
  assert_int_equal(translate_body("\x02\x00\x01\x00\x01", 5, &empty), -ENOTSUP);
  assert_non_null(strstr(error.text, "multiple memories"));
  assert_int_equal(translate("\0asm\1\0\0\0\x01\x03\x01\x5f\x00", 13), -ENOTSUP);
  assert_non_null(strstr(error.text, "garbage collection"));
  static const struct {
    const char type;
    const char *name;
  } types[] = {{0x64, "function references"}, {0x63, "function references"},
               {0x69, "exception"},           {0x6e, "garbage collection"},
               {0x6c, "garbage collection"},  {0x71, "garbage collection"}};
  for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
    char parameter[] = "\0asm\1\0\0\0\x01\x06\x01\x60\x01?\x00";
    parameter[13] = types[k].type;
    assert_int_equal(translate(parameter, 16), -ENOTSUP);
    assert_non_null(strstr(error.text, types[k].name));
    char local[] = "\x01\x01?\x00\x0b"; /* one local */
    local[2] = types[k].type;
    assert_int_equal(translate_code(local, 5), -ENOTSUP);
    assert_non_null(strstr(error.text, types[k].name));
    char global[] = "\0asm\1\0\0\0\x06\x06\x01?\x00\xd0\x70\x0b";
    global[11] = types[k].type;
    assert_int_equal(translate(global, 16), -ENOTSUP);
    assert_non_null(strstr(error.text, types[k].name));
  }
  assert_int_equal(translate("\0asm\x0d\0\1\0", 8), -ENOTSUP);
  assert_non_null(strstr(error.text, "component model"));
  assert_int_equal(translate("\0asm\1\0\0\0\x0d\x01\x00", 11), -ENOTSUP);
  assert_non_null(strstr(error.text, "exception"));
}

static void limits_hold(void **state) {
  (void)state;
  assert_int_equal(CODE("\x01\xd0\x86\x03\x7f\x0b"), 0);      /* 50,000 locals */
  assert_int_equal(CODE("\x01\xd1\x86\x03\x7f\x0b"), -EFBIG); /* 50,001 */
  check_verdict(CODE("\x01\xff\xff\xff\xff\x0f\x7f\x0b"));    /* 2^32 - 1 */
  check_verdict(CODE("\x02\xff\xff\xff\xff\x0f\x7f\xff\xff\xff\xff\x0f\x7f\x0b"));
  check_verdict(CODE("\x00\x41\x00\x0e\xff\xff\xff\xff\x0f\x00\x0b")); /* br_table of 2^32 - 1 */
  check_verdict(translate("\0asm\1\0\0\0\x01\x05\xff\xff\xff\xff\x0f", 15));
  check_verdict(translate("\0asm\1\0\0\0\x01\x07\x01\x60\xff\xff\xff\xff\x0f", 17));
}

/* No access is aligned to more than its width, however large the number. */
static void huge_alignments_are_refused(void **state) {
  (void)state;
  assert_int_equal(CODE("\x00\x41\x00\x28\x02\x00\x1a\x0b"), 0); /* i32.load align=4 */
  assert_int_equal(CODE("\x00\x41\x00\x28\x03\x00\x1a\x0b"), -EINVAL);
  assert_int_equal(CODE("\x00\x41\x00\x28\x1f\x00\x1a\x0b"), -EINVAL); /* 2^31 */
  check_verdict(CODE("\x00\x41\x00\x28\x20\x00\x1a\x0b"));             /* 2^32 */
  assert_string_not_equal(error.text, "");
  check_verdict(CODE("\x00\x41\x00\x28\xff\xff\xff\xff\x0f\x00\x1a\x0b"));
  assert_string_not_equal(error.text, "");
  /* i32.atomic.load must have exactly its own. */
  assert_int_equal(CODE("\x00\x41\x00\xfe\x10\x01\x00\x1a\x0b"), -EINVAL);
}

/* `depth` blocks of the kind `open`, with what it takes from the stack. */
static int nested(const char *open, size_t size, int depth) {
  static struct bytes body;
  body.size = 0;
  put(&body, "\x00", 1);
  for (int k = 0; k < depth; k++) put(&body, open, size);
  for (int k = 0; k <= depth; k++) put(&body, "\x0b", 1);
  return translate_body("\x01\x00\x01", 3, &body);
}

static void blocks_may_nest(void **state) {
  (void)state;
  assert_int_equal(nested("\x02\x40", 2, 9999), 0);
  assert_int_equal(nested("\x03\x40", 2, 9999), 0);
  assert_int_equal(nested("\x41\x00\x04\x40", 4, 9999), 0);
  assert_int_equal(nested("\x02\x40", 2, 10001), -EFBIG);
}

static const char seed_module[] =
    "(module (type $t (func (param i32 i64) (result f64)))"
    "(import \"a\" \"f\" (func $f (param i32) (result i32 i64)))"
    "(import \"a\" \"g\" (global $g i32)) (memory 1 3 shared) (table $tab 3 9 funcref)"
    "(global $h (mut v128) (v128.const i32x4 1 2 3 4)) (elem (i32.const 1) $m $f) (elem func $m)"
    "(data (i32.const 3) \"abc\") (data \"passive\") (export \"m\" (func $m)) (start $s)"
    "(func $s (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 1))))"
    "(func $m (param i32 i64) (result f64) (local f32 i32 v128)"
    " (block $b (loop $l (if (local.get 0) (then (br $l)) (else (br_if $b (i32.const 1))))))"
    " (block $x (result i32) (block $y (result i32)"
    "  (br_table $x $y $x (local.get 0) (i32.load offset=5 (local.get 0)))))"
    " (local.set 3) (call $f (local.get 3)) (drop) (drop)"
    " (local.set 4 (i8x16.add (local.get 4) (global.get $h)))"
    " (memory.init 1 (i32.const 0) (i32.const 1) (i32.const 2)) (data.drop 1) (elem.drop 1)"
    " (table.copy (i32.const 0) (i32.const 1) (i32.const 1))"
    " (drop (ref.is_null (table.get $tab (i32.const 1))))"
    " (call_indirect (type $t) (local.get 0) (local.get 1) (i32.const 1))))";

static uint64_t random_state;
static uint64_t random_next(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  return random_state ^= random_state << 17;
}

static void damage(uint8_t *b, size_t *size) {
  size_t at = 8 + random_next() % (*size - 8);
  switch (random_next() % 6) {
  case 0: b[at] ^= (uint8_t)(1 << random_next() % 8); break;
  case 1: b[at] = (uint8_t)random_next(); break;
  case 2: memset(b + at, 0xff, *size - at < 4 ? *size - at : 4); break;
  case 3: memmove(b + at, b + at + 1, --*size - at); break;
  case 4:
    memmove(b + at + 1, b + at, (*size)++ - at);
    b[at] = (uint8_t)random_next();
    break;
  default: *size = at + 1; break;
  }
  if (*size < 9) *size = 9;
}

static int tries = 3000;
static char **files;
static int file_count;

static uint8_t *read_file(const char *path, size_t *size) {
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  fseek(f, 0, SEEK_END);
  *size = (size_t)ftell(f);
  rewind(f);
  uint8_t *bytes = malloc(*size + 16);
  assert_true(bytes && fread(bytes, 1, *size, f) == *size);
  fclose(f);
  return bytes;
}

static uint8_t *seed_bytes(size_t *size) {
  if (file_count) return read_file(files[random_next() % (unsigned)file_count], size);
  unsigned char *wasm;
  if (tm_wat_to_wasm("seed", seed_module, sizeof seed_module - 1, &wasm, size, &error))
    fail_msg("%s", error.text);
  uint8_t *bytes = malloc(*size + 16);
  assert_non_null(bytes);
  memcpy(bytes, wasm, *size);
  free(wasm);
  return bytes;
}

static void truncated(void **state) {
  (void)state;
  size_t size;
  uint8_t *bytes = seed_bytes(&size);
  assert_int_equal(translate(bytes, size), 0);
  for (size_t k = 0; k < size && size < 4096; k++) {
    uint8_t *cut = malloc(k ? k : 1); /* so that a read beyond the end is seen */
    memcpy(cut, bytes, k);
    check_verdict(translate(cut, k));
    free(cut);
  }
  free(bytes);
}

static void damaged(void **state) {
  (void)state;
  for (int k = 0; k < tries; k++) {
    size_t size;
    uint8_t *bytes = seed_bytes(&size);
    for (uint64_t n = 1 + random_next() % 4; n-- > 0 && size > 9;) damage(bytes, &size);
    bytes = realloc(bytes, size);
    check_verdict(translate(bytes, size));
    free(bytes);
  }
}

/* Thousands of damaged modules leave nothing behind. */
static int nothing_is_left(void **state) {
  static struct usage before;
  struct usage after = usage_now();
  const char *more = usage_more(&before, &after, SLACK_KIB);
  if (*state && more) fail_msg("left behind: %s", more);
  *state = &before;
  before = after;
  return 0;
}

int main(int argc, char **argv) {
  usage_begin(argv);
  random_state = (argc > 1 ? strtoull(argv[1], NULL, 10) : 20220512) | 1;
  if (argc > 2) tries = atoi(argv[2]);
  files = argv + 3;
  file_count = argc > 3 ? argc - 3 : 0;
  printf("seed %llu, %d tries\n", (unsigned long long)random_state, tries);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_module),
      cmocka_unit_test(unsupported_is_named),
      cmocka_unit_test(limits_hold),
      cmocka_unit_test(huge_alignments_are_refused),
      cmocka_unit_test(blocks_may_nest),
      cmocka_unit_test(truncated),
      cmocka_unit_test_setup_teardown(damaged, nothing_is_left, nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
