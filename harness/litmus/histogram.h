/* SPDX-License-Identifier: Apache-2.0 */
/* harness/litmus/histogram.h: how often each outcome was seen. One thread at a time. */
#ifndef TM_HARNESS_LITMUS_HISTOGRAM_H
#define TM_HARNESS_LITMUS_HISTOGRAM_H

#include "harness/litmus/litmus.h"
#include "harness/oracle/oracle.h"

struct tm_histogram_row {
  uint64_t code[TM_LITMUS_COLUMNS]; /* a number, or one of the TM_OUT codes of wat.h */
  uint64_t count;
  enum tm_grade grade;
  bool witness; /* satisfies the `exists` clause */
};

struct tm_histogram;

/* `oracle` grades rows; both outlive the histogram. NULL when out of memory. */
struct tm_histogram *tm_histogram_new(const struct tm_litmus *test, const struct tm_oracle *oracle);
void tm_histogram_free(struct tm_histogram *h);

/* Count one outcome: a code per column. The row, which stays valid until the next call that adds
 * one; NULL when out of memory or when there are more than 65536 different outcomes. */
const struct tm_histogram_row *tm_histogram_add(struct tm_histogram *h, const uint64_t codes[]);
/* The same for an outcome seen `count` times. */
const struct tm_histogram_row *tm_histogram_add_many(struct tm_histogram *h, const uint64_t codes[],
                                                     uint64_t count);

/* The rows, most frequent first after tm_histogram_sort(). */
size_t tm_histogram_rows(const struct tm_histogram *h);
const struct tm_histogram_row *tm_histogram_row(const struct tm_histogram *h, size_t i);
void tm_histogram_sort(struct tm_histogram *h);

/* The value that a code stands for. */
struct tm_value tm_code_value(uint64_t code);

#endif
