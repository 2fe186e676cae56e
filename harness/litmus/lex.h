/* SPDX-License-Identifier: Apache-2.0 */
/* harness/litmus/lex.h: the words of a litmus file, with their places (private to the parser).
 *
 * A token is read only when it is asked for, so that the parser can read a name with hyphens
 * (tm_lex_name) where the grammar wants one; elsewhere `n-4` is a name, a minus and a number.
 */
#ifndef TM_HARNESS_LITMUS_LEX_H
#define TM_HARNESS_LITMUS_LEX_H

#include "harness/litmus/litmus.h"

enum tm_token_kind { TM_TOKEN_END, TM_TOKEN_WORD, TM_TOKEN_NUMBER, TM_TOKEN_STRING, TM_TOKEN_MARK };

struct tm_token {
  enum tm_token_kind kind;
  const char *text; /* in the source; of a string, without the quotes */
  size_t bytes;
  uint64_t number;
  unsigned line, column;
};

struct tm_lex {
  const char *file, *at, *end;
  unsigned line, column;
  bool ready;  /* `token` is the next one, already read */
  bool failed; /* a malformed token was met and reported */
  struct tm_token token;
  struct tm_error *error;
};

void tm_lex_start(struct tm_lex *lex, const char *file, const char *text, size_t bytes,
                  struct tm_error *error);

/* The next token, left in place. NULL after an error (which is then in `error`). */
const struct tm_token *tm_lex_peek(struct tm_lex *lex);

/* Take the next token if it is this word or mark; false if it is not, or after an error. */
bool tm_lex_accept(struct tm_lex *lex, const char *text);

/* The same for a mark that follows the last token without a space. */
bool tm_lex_accept_joined(struct tm_lex *lex, char mark);

/* Take the next token, or report what was expected. `out` is filled on success. */
bool tm_lex_expect(struct tm_lex *lex, const char *text);
bool tm_lex_word(struct tm_lex *lex, const char *what, char out[TM_LITMUS_NAME]);
bool tm_lex_name(struct tm_lex *lex, const char *what, char out[TM_LITMUS_NAME]);
bool tm_lex_number(struct tm_lex *lex, const char *what, uint64_t most, uint64_t *out);
bool tm_lex_string(struct tm_lex *lex, const char *what, char *out, size_t room);

/* Report `file:line:column: expected WHAT, found …` at the next token; returns false. */
bool tm_lex_wrong(struct tm_lex *lex, const char *what);

/* Report a sentence at a place; returns false. */
bool tm_lex_error(struct tm_lex *lex, unsigned line, unsigned column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
