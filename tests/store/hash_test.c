/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 against the examples of FIPS 180-4 (NIST's SHA256.pdf), and the framing of parts. */
#include "core/hash.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define ABC   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define A1E6  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

static void known_answers(void **state) {
  (void)state;
  char hex[TM_SHA256_HEX];
  tm_sha256_bytes("", 0, hex);
  assert_string_equal(hex, EMPTY);
  tm_sha256_bytes("abc", 3, hex);
  assert_string_equal(hex, ABC);
}

/* A million times "a", in uneven pieces, and through a file. */
static void pieces_and_files(void **state) {
  (void)state;
  enum { TOTAL = 1000000 };
  char *text = malloc(TOTAL), hex[TM_SHA256_HEX], path[] = "/tmp/tidemark-hash-XXXXXX";
  memset(text, 'a', TOTAL);
  struct tm_sha256 h;
  tm_sha256_init(&h);
  for (size_t at = 0, n = 1; at < TOTAL; at += n, n = n * 3 + 1) {
    if (n > TOTAL - at) n = TOTAL - at;
    tm_sha256_add(&h, text + at, n);
  }
  tm_sha256_hex(&h, hex);
  assert_string_equal(hex, A1E6);
  tm_sha256_hex(&h, hex);
  assert_string_equal(hex, EMPTY);

  int fd = mkstemp(path);
  assert_int_equal(write(fd, text, TOTAL), TOTAL);
  close(fd);
  assert_int_equal(tm_sha256_file(path, hex, NULL), 0);
  assert_string_equal(hex, A1E6);

  char framed[TM_SHA256_HEX], from_file[TM_SHA256_HEX];
  tm_sha256_init(&h);
  tm_sha256_part(&h, text, TOTAL);
  tm_sha256_hex(&h, framed);
  assert_int_equal(tm_sha256_part_file(&h, path, NULL), 0);
  tm_sha256_hex(&h, from_file);
  assert_string_equal(framed, from_file);
  unlink(path);
  free(text);
}

static void parts_do_not_run_together(void **state) {
  (void)state;
  char one[TM_SHA256_HEX], two[TM_SHA256_HEX];
  struct tm_sha256 h;
  tm_sha256_init(&h);
  tm_sha256_part(&h, "ab", 2);
  tm_sha256_part(&h, "c", 1);
  tm_sha256_hex(&h, one);
  tm_sha256_part(&h, "a", 1);
  tm_sha256_part(&h, "bc", 2);
  tm_sha256_hex(&h, two);
  assert_string_not_equal(one, two);
}

static void bad_files_are_sentences(void **state) {
  (void)state;
  char hex[TM_SHA256_HEX];
  struct tm_error error = {""};
  assert_int_equal(tm_sha256_file("/nonexistent/x", hex, &error), -ENOENT);
  assert_non_null(strstr(error.text, "/nonexistent/x"));
  assert_int_equal(tm_sha256_file("/tmp", hex, &error), -EINVAL);
  assert_non_null(strstr(error.text, "not a regular file"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_answers),
      cmocka_unit_test(pieces_and_files),
      cmocka_unit_test(parts_do_not_run_together),
      cmocka_unit_test(bad_files_are_sentences),
  };
  return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
