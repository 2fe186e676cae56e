/* SPDX-License-Identifier: Apache-2.0 */
/* harness/oracle/execution.h: events, paths and candidate executions (private to the oracle).
 *
 * A *path* is what one thread may do: a list of events whose control choices (trap or not, branch
 * taken or not, grow succeeds or not, …) are made, with conditions on the values that its reads
 * must return for those choices. A *candidate execution* is one path per thread, an order of the
 * length writes, and a reads-from choice for every byte that is read. The search (search.h) builds
 * candidates; axioms.c checks one word for word.
 *
 * Bytes are grouped in *cells*: sets of bytes that every access covers wholly or not at all, and
 * that may share one reads-from choice (cells.c says why that loses nothing).
 */
#ifndef TM_HARNESS_ORACLE_EXECUTION_H
#define TM_HARNESS_ORACLE_EXECUTION_H

#include "harness/litmus/litmus.h"

enum {
  TM_EVENTS = 64, /* most events of an execution: they are bits of a mask */
  TM_CELLS = 64,  /* most cells, likewise */
  TM_BYTES = 256  /* most bytes that a test touches */
};

typedef uint64_t tm_set; /* of events, or of cells */

enum tm_length_action {
  TM_LENGTH_NONE,
  TM_LENGTH_READ,    /* unordered: a bounds check */
  TM_LENGTH_READ_SC, /* memory.size, a grow that fails, import matching */
  TM_LENGTH_RMW,     /* a grow that succeeds */
  TM_LENGTH_WRITE    /* allocation */
};

enum tm_data_action { TM_DATA_NONE, TM_DATA_READ, TM_DATA_WRITE, TM_DATA_RMW };
enum tm_data_order { TM_UNORDERED, TM_SEQCST, TM_INITIAL };
enum tm_queue_action {
  TM_QUEUE_NONE,
  TM_QUEUE_WAIT,
  TM_QUEUE_WOKEN,
  TM_QUEUE_TIMEOUT,
  TM_QUEUE_NOTIFY
};

/* Where the bytes of a write come from. */
enum tm_write_source { TM_FROM_NOTHING, TM_FROM_OPERAND, TM_FROM_RMW, TM_FROM_EVENT };

struct tm_event {
  int thread;                        /* -1: the allocation; threads of the test: the finals */
  const struct tm_litmus_step *step; /* NULL: allocation or final read */
  unsigned part;                     /* 0, 1, …: which event of its instruction */
  enum tm_length_action length;
  enum tm_data_action data;
  enum tm_data_order order; /* of the data action */
  enum tm_queue_action queue;
  bool tear_free;
  uint64_t low, high; /* the length read, in bytes, lies in [low, high] */
  uint64_t at;        /* data, queue: byte address */
  unsigned bytes;     /* data: width */
  unsigned first;     /* data: index of its first byte among the touched ones */
  tm_set cells;       /* data: cells covered */
  enum tm_write_source source;
  uint64_t operand;      /* FROM_OPERAND: the value; otherwise pages of a grow */
  int from;              /* FROM_EVENT: the event whose value is written. QUEUE_*: the wait event */
  uint64_t woken, limit; /* notify: how many it woke, and the most it may wake */
};

/* A condition on the value that an event read. */
struct tm_need {
  unsigned event;
  bool length, equal; /* of the length in pages, or of the data; equal to, or different from */
  uint64_t number;
};

/* Where the value of a column comes from. */
enum tm_result_source { TM_RESULT_CONSTANT, TM_RESULT_DATA, TM_RESULT_LENGTH };

struct tm_result {
  enum tm_result_source source;
  struct tm_value value; /* CONSTANT */
  unsigned event;        /* DATA, LENGTH: what this event read (length in pages) */
};

enum { TM_NEEDS = 64 };

struct tm_path {
  unsigned events, needs;
  struct tm_event *event;
  struct tm_need *need;
  struct tm_result result[TM_LITMUS_COLUMNS]; /* valid for the columns of this thread */
};

struct tm_paths {
  size_t count, room;
  struct tm_path *path;
};

/* The bytes that a test touches, in the order of their addresses, and their cells. */
struct tm_cells {
  unsigned bytes, cells;
  uint64_t address[TM_BYTES];
  uint8_t cell[TM_BYTES];  /* of each byte */
  uint64_t base[TM_CELLS]; /* address of one byte of each cell */
};

/* A program ready to be searched. */
struct tm_program {
  const struct tm_litmus *test;
  struct tm_cells cells;
  uint64_t most_pages;                           /* no execution gets longer than this */
  struct tm_paths thread[TM_LITMUS_THREADS + 1]; /* the last used one: the finals */
};

/* A strict order that is kept transitively closed. */
struct tm_relation {
  tm_set after[TM_EVENTS], before[TM_EVENTS];
};

struct tm_execution {
  unsigned events;
  struct tm_event event[TM_EVENTS];
  unsigned needs;
  struct tm_need need[TM_LITMUS_THREADS * TM_NEEDS];
  struct tm_result result[TM_LITMUS_COLUMNS];
  /* writes of the length, in total order; the first is the allocation */
  unsigned lengths;
  unsigned length_write[TM_EVENTS];
  uint64_t pages_after[TM_EVENTS]; /* by event: the length that it wrote */
  int length_from[TM_EVENTS];      /* by event: the event whose length it read, or -1 */
  int from[TM_EVENTS][8];          /* by event and byte of the access: writer, or -1 */
  struct tm_relation hb, tot;      /* tot: what is known of it, or all of it in a witness */
};

#define TM_BIT(i) ((tm_set)1 << (i))

static inline unsigned tm_lowest(tm_set set) { return (unsigned)__builtin_ctzll(set); }

static inline bool tm_reads(const struct tm_event *e) {
  return e->data == TM_DATA_READ || e->data == TM_DATA_RMW;
}

static inline bool tm_writes(const struct tm_event *e) {
  return e->data == TM_DATA_WRITE || e->data == TM_DATA_RMW;
}

/* Same range of bytes. A grow and the allocation cover pages, which no access does. */
static inline bool tm_same_range(const struct tm_event *a, const struct tm_event *b) {
  return a->bytes == b->bytes && a->at == b->at && a->bytes;
}

/* Do two data actions synchronise, if one reads from the other? */
static inline bool tm_synchronises(const struct tm_event *a, const struct tm_event *b) {
  return a->order == TM_SEQCST && b->order == TM_SEQCST && tm_same_range(a, b);
}

/* cells.c: fill `cells` from the accesses of the test. 0 or -errno. */
int tm_cells_find(struct tm_cells *cells, const struct tm_litmus *test, struct tm_error *error);
unsigned tm_cells_index(const struct tm_cells *cells, uint64_t address);
tm_set tm_cells_between(const struct tm_cells *cells, uint64_t low, uint64_t high);

/* unfold.c: all paths of all threads. 0 or -errno; free with tm_program_free even then. */
int tm_program_unfold(struct tm_program *program, const struct tm_litmus *test,
                      struct tm_error *error);
void tm_program_free(struct tm_program *program);

/* execution.c */
bool tm_relation_add(struct tm_relation *r, unsigned a,
                     unsigned b); /* false: it would be a cycle */

enum tm_known { TM_KNOWN, TM_UNKNOWN, TM_CYCLE };

/* Values of reads, computed on demand and kept while the choices of `x` stay as they are. */
struct tm_reading {
  const struct tm_execution *x;
  tm_set busy, done;         /* being computed; in `value` */
  uint64_t value[TM_EVENTS]; /* of the events in `done` */
};

enum tm_known tm_reading_value(struct tm_reading *r, unsigned event, uint64_t *value);
enum tm_known tm_execution_read(const struct tm_execution *x, unsigned event, uint64_t *value);
uint64_t tm_execution_pages(const struct tm_execution *x, unsigned event); /* the length it read */

/* axioms.c: check a complete execution word for word; the first violation as a sentence in `why`.
 * `tot` must be total. */
bool tm_axioms_hold(const struct tm_litmus *test, const struct tm_execution *x, char *why,
                    size_t room);

/* explain.c: "B: s = size": the name of an event in messages. */
char *tm_event_text(const struct tm_litmus *test, const struct tm_event *event, char *out,
                    size_t room);

#endif
