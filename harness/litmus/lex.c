/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a litmus file. */
#include "harness/litmus/lex.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

void tm_lex_start(struct tm_lex *lex, const char *file, const char *text, size_t bytes,
                  struct tm_error *error) {
  *lex = (struct tm_lex){
      .file = file, .at = text, .end = text + bytes, .line = 1, .column = 1, .error = error};
}

bool tm_lex_error(struct tm_lex *lex, unsigned line, unsigned column, const char *format, ...) {
  char sentence[512];
  va_list args;
  va_start(args, format);
  vsnprintf(sentence, sizeof sentence, format, args);
  va_end(args);
  tm_fail(lex->error, -EINVAL, "%s:%u:%u: %s", lex->file, line, column, sentence);
  return false;
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static void step(struct tm_lex *lex) {
  if (*lex->at++ == '\n') {
    lex->line++;
    lex->column = 1;
  } else {
    lex->column++;
  }
}

static void skip_blank(struct tm_lex *lex) {
  while (lex->at < lex->end) {
    if (*lex->at == '#') {
      while (lex->at < lex->end && *lex->at != '\n') step(lex);
    } else if (is_space(*lex->at)) {
      step(lex);
    } else {
      return;
    }
  }
}

/* What a character stands for in a message: control characters and bytes over 126 as a number. */
static bool bad_character(struct tm_lex *lex, unsigned char c) {
  if (c >= 32 && c < 127)
    return tm_lex_error(lex, lex->line, lex->column,
                        "expected a word, a number, a string or a mark, found '%c'", c);
  return tm_lex_error(lex, lex->line, lex->column,
                      "expected a word, a number, a string or a mark, found byte 0x%02x", c);
}

static int digit_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

static bool read_number(struct tm_lex *lex, struct tm_token *token) {
  unsigned base = 10;
  token->kind = TM_TOKEN_NUMBER;
  if (lex->end - lex->at > 2 && lex->at[0] == '0' && (lex->at[1] == 'x' || lex->at[1] == 'X')) {
    base = 16;
    step(lex);
    step(lex);
  }
  unsigned digits = 0;
  for (; lex->at < lex->end && (unsigned)digit_value(*lex->at) < base; step(lex), digits++) {
    uint64_t digit = (unsigned)digit_value(*lex->at);
    if (token->number > (UINT64_MAX - digit) / base)
      return tm_lex_error(lex, token->line, token->column, "expected a number under 2^64");
    token->number = token->number * base + digit;
  }
  if (!digits || (lex->at < lex->end && is_letter(*lex->at)))
    return tm_lex_error(lex, token->line, token->column,
                        "expected a number in decimal or 0x hexadecimal digits");
  return true;
}

static bool read_string(struct tm_lex *lex, struct tm_token *token) {
  token->kind = TM_TOKEN_STRING;
  step(lex);
  token->text = lex->at;
  while (lex->at < lex->end && *lex->at != '"' && *lex->at != '\n') step(lex);
  if (lex->at == lex->end || *lex->at == '\n')
    return tm_lex_error(lex, token->line, token->column,
                        "expected a closing quote on the line of the opening one");
  token->bytes = (size_t)(lex->at - token->text);
  step(lex);
  return true;
}

static bool read_mark(struct tm_lex *lex, struct tm_token *token) {
  static const char *const marks[] = {"&&", "||", "!=", "!", "=", "{", "}",
                                      "(",  ")",  ",",  "@", "+", "-", ";"};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    size_t bytes = strlen(marks[i]);
    if ((size_t)(lex->end - lex->at) < bytes || memcmp(lex->at, marks[i], bytes)) continue;
    for (size_t k = 0; k < bytes; k++) step(lex);
    token->kind = TM_TOKEN_MARK;
    token->bytes = bytes;
    return true;
  }
  return bad_character(lex, (unsigned char)*lex->at);
}

const struct tm_token *tm_lex_peek(struct tm_lex *lex) {
  if (lex->failed) return NULL;
  if (lex->ready) return &lex->token;
  skip_blank(lex);
  struct tm_token token = {.text = lex->at, .line = lex->line, .column = lex->column};
  bool fine = true;
  if (lex->at == lex->end) {
    token.kind = TM_TOKEN_END;
  } else if (is_letter(*lex->at)) {
    token.kind = TM_TOKEN_WORD;
    while (lex->at < lex->end && (is_letter(*lex->at) || is_digit(*lex->at) || *lex->at == '.'))
      step(lex);
    token.bytes = (size_t)(lex->at - token.text);
  } else if (is_digit(*lex->at)) {
    fine = read_number(lex, &token);
    token.bytes = (size_t)(lex->at - token.text);
  } else if (*lex->at == '"') {
    fine = read_string(lex, &token);
  } else {
    fine = read_mark(lex, &token);
  }
  if (!fine) {
    lex->failed = true;
    return NULL;
  }
  lex->token = token;
  lex->ready = true;
  return &lex->token;
}

static bool token_is(const struct tm_token *token, const char *text) {
  return (token->kind == TM_TOKEN_WORD || token->kind == TM_TOKEN_MARK) &&
         token->bytes == strlen(text) && !memcmp(token->text, text, token->bytes);
}

bool tm_lex_accept(struct tm_lex *lex, const char *text) {
  const struct tm_token *token = tm_lex_peek(lex);
  if (!token || !token_is(token, text)) return false;
  lex->ready = false;
  return true;
}

bool tm_lex_accept_joined(struct tm_lex *lex, char mark) {
  if (lex->ready || lex->failed || lex->at == lex->end || *lex->at != mark) return false;
  step(lex);
  return true;
}

bool tm_lex_wrong(struct tm_lex *lex, const char *what) {
  const struct tm_token *token = tm_lex_peek(lex);
  if (!token) return false; /* already reported */
  int bytes = token->bytes > 40 ? 40 : (int)token->bytes;
  if (token->kind == TM_TOKEN_END)
    return tm_lex_error(lex, token->line, token->column, "expected %s, found the end of the file",
                        what);
  return tm_lex_error(lex, token->line, token->column, "expected %s, found '%.*s'", what, bytes,
                      token->text);
}

bool tm_lex_expect(struct tm_lex *lex, const char *text) {
  if (tm_lex_accept(lex, text)) return true;
  char what[TM_LITMUS_NAME];
  snprintf(what, sizeof what, "'%s'", text);
  return tm_lex_wrong(lex, what);
}

static bool take_text(struct tm_lex *lex, const char *what, char *out, size_t room) {
  const struct tm_token *token = &lex->token;
  if (token->bytes >= room)
    return tm_lex_error(lex, token->line, token->column, "expected %s of at most %zu bytes", what,
                        room - 1);
  memcpy(out, token->text, token->bytes);
  out[token->bytes] = 0;
  lex->ready = false;
  return true;
}

bool tm_lex_word(struct tm_lex *lex, const char *what, char out[TM_LITMUS_NAME]) {
  const struct tm_token *token = tm_lex_peek(lex);
  if (!token || token->kind != TM_TOKEN_WORD) return tm_lex_wrong(lex, what);
  return take_text(lex, what, out, TM_LITMUS_NAME);
}

bool tm_lex_string(struct tm_lex *lex, const char *what, char *out, size_t room) {
  const struct tm_token *token = tm_lex_peek(lex);
  if (!token || token->kind != TM_TOKEN_STRING) return tm_lex_wrong(lex, what);
  for (size_t i = 0; i < token->bytes; i++)
    if ((unsigned char)token->text[i] < 32)
      return tm_lex_error(lex, token->line, token->column, "expected %s without control characters",
                          what);
  return take_text(lex, what, out, room);
}

bool tm_lex_name(struct tm_lex *lex, const char *what, char out[TM_LITMUS_NAME]) {
  const struct tm_token *token = tm_lex_peek(lex);
  if (!token || token->kind != TM_TOKEN_WORD) return tm_lex_wrong(lex, what);
  while (lex->at < lex->end && (is_letter(*lex->at) || is_digit(*lex->at) || *lex->at == '-'))
    step(lex); /* nothing was read beyond the word: go on where it ended */
  lex->token.bytes = (size_t)(lex->at - lex->token.text);
  return take_text(lex, what, out, TM_LITMUS_NAME);
}

bool tm_lex_number(struct tm_lex *lex, const char *what, uint64_t most, uint64_t *out) {
  const struct tm_token *token = tm_lex_peek(lex);
  if (!token || token->kind != TM_TOKEN_NUMBER) return tm_lex_wrong(lex, what);
  if (token->number > most)
    return tm_lex_error(lex, token->line, token->column, "expected %s of at most %llu", what,
                        (unsigned long long)most);
  *out = token->number;
  lex->ready = false;
  return true;
}
