/* SPDX-License-Identifier: Apache-2.0 */
/* harness/explore/machine.h: the modelled computer that an exploration runs on (private).
 *
 * A machine has threads (user-level contexts that run real code), places (atomic objects, cells of
 * guest memory, page permissions, locks) and, by memory model, store buffers or message histories.
 * A thread that reaches an effect announces it as its pending operation and switches away; the
 * search decides who moves next and with which choice, and tm_machine_apply() carries it out.
 *
 * Processes: thread t is process t; under tso its store buffer is process TM_X_THREADS + t.
 *
 * Models.
 *   sc   one value per place.
 *   tso  a FIFO store buffer per thread; loads forward from it; seq-cst stores, read-modify-writes,
 *        seq-cst fences and locks wait until it is empty.
 *   c11  a view machine: a place is a history of messages in modification order; a thread has a
 *        view, the oldest message per place that it may still read. Release messages carry the
 *        writer's view, acquire reads join it; fences likewise. A write may be put anywhere after
 *        the thread's view, so modification order need not be execution order. Seq-cst operations
 *        take place in one order S, the order of execution: a global view `seq_cst` bounds from
 *        below what they read and where they write, per place for accesses, for all places for
 *        fences. Excluded: load buffering (program order and reads-from have no cycle), and
 *        executions whose only S is at odds with reads-from of relaxed accesses.
 */
#ifndef TM_EXPLORE_MACHINE_H
#define TM_EXPLORE_MACHINE_H

#include "harness/explore/context.h"
#include "harness/explore/explore.h"
#include "harness/explore/model/effects.h"

#include <stdbool.h>
#include <stdint.h>

enum {
  TM_X_THREADS = 8,
  TM_X_PROCESSES = 2 * TM_X_THREADS,
  TM_X_PLACES = 64, /* number 0 is not used */
  TM_X_PER_PLACE = 40,
  TM_X_MESSAGES = 768,
  TM_X_BUFFER = 48,
  TM_X_EVENTS = 480,  /* longest execution */
  TM_X_ORDINAL = 250, /* most events of one process */
  TM_X_CELLS = 4,     /* most cells that one access touches at a time */
  TM_X_LABELS = 192,  /* most choices of one operation */
  TM_X_REGIONS = 8,
  TM_X_REGION_CELLS = 48,
  TM_X_REGION_PAGES = 8,
  TM_X_ARENA = 64 * 1024,
  TM_X_STACK = 64 * 1024,
  TM_X_WEAKENED = 16,
  TM_X_SITES = 4096,
  /* Values of locks, beside how many hold it shared. */
  TM_X_CLOSED = 64,
  TM_X_EXCLUSIVE = 256
};

/* A choice of one operation, as a number that means the same in every execution in which the same
 * things happened before: one 12-bit message name a slot (slot 0: the atomic object, or the page
 * permission of a guest access; slots 1 to 4: the cells). 0 under sc and tso. A system call that
 * may fail has the choices 0 and TM_X_FAILS, which is the name of no message. */
typedef uint64_t tm_label;
enum { TM_X_FAILS = 1 };

/* Name of a message: writer's ordinal × 16 + writer's process; 0 is the initial one. */
static inline unsigned tm_slot(tm_label label, unsigned slot) { return label >> 12 * slot & 0xfff; }

struct tm_view {
  uint16_t at[TM_X_PLACES]; /* time stamps */
};

struct tm_message {
  uint64_t value;
  uint16_t stamp; /* grows along the modification order of its place */
  uint16_t name;
  bool closed; /* a read-modify-write took the room right after it */
  struct tm_view view;
};

struct tm_place {
  const char *what; /* for people */
  uint64_t value;   /* the newest, under sc and tso; of a lock always: how many hold it shared,
                       TM_X_CLOSED, TM_X_EXCLUSIVE */
  uint8_t bytes;    /* of a cell */
  uint16_t beside;  /* c11: the message that carries the views of shared holders, of wakers */
  uint8_t count;    /* c11: messages, in modification order */
  uint16_t message[TM_X_PER_PLACE];
};

/* An operation that a thread has announced. */
struct tm_op {
  struct tm_site *site;
  uint8_t effect, order;
  bool guest;    /* place[0] is a page permission (0: the page never changes) */
  bool broken;   /* guest: the page is inaccessible for good */
  uint8_t cells; /* places beyond the permission, or 1 for an atomic object */
  uint8_t place[1 + TM_X_CELLS];
  uint8_t target; /* BARRIER: the thread it reaches */
  uint8_t bytes;  /* width of a read-modify-write */
  bool timed;     /* WOKEN: may also end by its timeout */
  bool fallible;  /* a system call that may fail */
  uint64_t value; /* stored, added, …; how many to wake */
  uint64_t expected;
  uint64_t result; /* read; number woken; 1 if CAS succeeded is in `done` */
  bool done, faulted;
};

/* What an executed operation touched, one bit a place: how the search tells what commutes. */
struct tm_touch {
  uint64_t read, write;       /* memory */
  uint64_t sc_read, sc_write; /* the seq-cst order (c11) */
  uint64_t lock, shared;      /* locks; those taken or dropped by one holder of many */
  uint64_t closing, leaving;  /* locks closed to newcomers; those dropped by one holder of many */
  uint64_t attempt;           /* a compare-and-swap that failed might have written here (c11) */
  uint64_t raised, limited;   /* a seq-cst read moved, or was bounded by, the seq-cst view (c11) */
  uint64_t forwarded;         /* read from the thread's own buffer (tso) */
  uint16_t threads;           /* everything these threads do (membarrier, protect) */
};

struct tm_event {
  uint8_t process, effect;
  uint8_t ordinal;    /* counts the process's events from 1 */
  uint8_t read_slots; /* bit s: slot s of the label is a message that was read (c11) */
  uint16_t source;    /* flush: ordinal of the store it carries out */
  bool drains;        /* tso: comes after all of the thread's flushes */
  bool forced;        /* could not have come before what it depends on */
  tm_label label;
  struct tm_touch touch;
  uint8_t clock[TM_X_PROCESSES]; /* ordinals of what happened before, itself included */
};

enum tm_thread_state {
  TM_THREAD_READY,  /* has a pending operation */
  TM_THREAD_DONE,   /* returned */
  TM_THREAD_FAILED, /* an awaited condition did not hold */
};

/* One cell of a store on its way to memory; a store's cells arrive together. */
struct tm_store {
  uint8_t place;
  uint8_t ordinal; /* of the thread's event that put it here */
  bool last;       /* cell of its store */
  uint64_t value;
};

struct tm_thread {
  struct tm_context context;
  enum tm_thread_state state;
  struct tm_op op;
  uint8_t await_from; /* ordinal of the last event before the current tm_await or retried fault */
  bool woken;
  struct tm_site *waiting; /* the tm_await that failed */
  uint8_t head, tail;      /* of the buffer */
  struct tm_store buffer[TM_X_BUFFER];
  struct tm_view view, acquire, release;
};

/* A reservation of address space: guest memory. Its addresses are never dereferenced. */
struct tm_x_region {
  uint64_t base, bytes;
  bool live;
  uint8_t cell[TM_X_REGION_CELLS]; /* places */
  uint8_t page[TM_X_REGION_PAGES];
};

/* A copy of all that changes during an execution, after `depth` operations (snapshot.c). */
struct tm_snapshot {
  unsigned depth;
  size_t room;
  unsigned char *data;
};

/* Everything that changes during an execution and is not a message, thread or arena. */
struct tm_machine_state {
  unsigned places, messages, regions;
  size_t arena_used;
  uint8_t sleepers;                 /* futex queue, first come first */
  uint8_t sleeper[TM_X_THREADS];    /* thread */
  uint8_t sleeper_on[TM_X_THREADS]; /* place */
  uint32_t rcu_lock[2];             /* places, by flavour; 0 before the first use */
  uint32_t rcu_readers[2];          /* threads */
  struct tm_view seq_cst;
  struct tm_x_region region[TM_X_REGIONS];
};

/* The guest memory that a test looks at: cells [at, at+bytes) in ascending order, and pages. */
struct tm_x_layout {
  unsigned cells, pages;
  const char *cell_name[TM_X_REGION_CELLS];
  const char *page_name[TM_X_REGION_PAGES];
  uint64_t cell_at[TM_X_REGION_CELLS];
  uint8_t cell_bytes[TM_X_REGION_CELLS];
  uint64_t page_number[TM_X_REGION_PAGES];
};

struct tm_machine {
  enum tm_explore_model model;
  bool ordered_writes; /* leave out writes that another order of the same events also gives */
  unsigned threads;
  struct tm_explore_client client;
  struct tm_x_layout layout;
  int running;           /* thread, or -1 in setup and at the end */
  unsigned setup_thread; /* the thread that setup speaks for */
  const char *overflow;  /* a capacity above was exceeded: which */
  struct tm_context scheduler;
  struct tm_machine_state now, start;
  struct tm_place place[TM_X_PLACES], place_start[TM_X_PLACES];
  struct tm_message message[TM_X_MESSAGES], message_start[TM_X_PLACES];
  struct tm_thread thread[TM_X_THREADS];
  uint8_t ordinal[TM_X_PROCESSES];               /* events so far */
  uint8_t clock[TM_X_PROCESSES][TM_X_PROCESSES]; /* of each process's last event */
  /* The execution so far, as the search keeps it: events, and where each ordinal's is. */
  const struct tm_event *event;
  uint16_t index[TM_X_PROCESSES][TM_X_ORDINAL + 1];
  uint64_t last_read, last_written; /* of the last operation, for people */
  bool last_faulted;                /* likewise; reset by whoever wants to know */
  unsigned weakened;                /* sites whose order is changed */
  struct tm_explore_weakening weak[TM_X_WEAKENED];
  bool failures;                  /* system calls that can fail may fail */
  uint64_t used[TM_X_SITES / 64]; /* sites that were executed, by index in section tm_sites */
  unsigned char *stacks;
  _Alignas(64) unsigned char arena[TM_X_ARENA];
  _Alignas(64) unsigned char arena_start[TM_X_ARENA];
};

/* The section in which TM_SITE puts its sites; absent from programs without strategies. */
extern struct tm_site __start_tm_sites[] __attribute__((weak));
extern struct tm_site __stop_tm_sites[] __attribute__((weak));

/* The machine that this system thread is driving. */
extern _Thread_local struct tm_machine *tm_machine_self;

struct tm_machine *tm_machine_new(enum tm_explore_model model,
                                  const struct tm_explore_client *client);
/* Another client, from the start. */
void tm_machine_reset(struct tm_machine *m, enum tm_explore_model model,
                      const struct tm_explore_client *client);
void tm_machine_free(struct tm_machine *m);
/* Run the client's setup once and remember the state. */
void tm_machine_setup(struct tm_machine *m);
/* Back to that state, threads at their first operation. */
void tm_machine_begin(struct tm_machine *m);
/* Keep the state, and go back to it; false when it cannot be kept. */
bool tm_machine_save(struct tm_machine *m, unsigned depth, struct tm_snapshot *to);
void tm_machine_restore(struct tm_machine *m, const struct tm_snapshot *from);
/* Memory that is put back by tm_machine_begin. */
void *tm_machine_allocate(struct tm_machine *m, size_t bytes);
/* A new place; its number, or 1 after setting m->overflow. */
unsigned tm_machine_place(struct tm_machine *m, const char *what, uint64_t value);
uint64_t tm_machine_newest(const struct tm_machine *m, unsigned place);
void tm_machine_overwrite(struct tm_machine *m, unsigned place, uint64_t value);

/* ---- for the threads of a client (effects.c) --------------------------------------------------*/

/* One access of the guest to whole cells of one page; false when it faults. `bytes` 0: only probe
 * whether the page is accessible. *value: stored, added, … and what was read. */
bool tm_machine_access(struct tm_site *site, uint8_t *address, unsigned bytes, uint64_t *value,
                       uint64_t expected);
/* Give up this thread's part of the execution as a failed wait that began after event `from`. */
_Noreturn void tm_machine_give_up(struct tm_site *site, unsigned from);
/* memory.atomic.wait and notify on a cell (4 or 8 bytes, whole). */
unsigned tm_machine_wait(struct tm_site *site, uint8_t *address, uint64_t expected, bool timed);
unsigned tm_machine_notify(struct tm_site *site, uint8_t *address, uint64_t count);
/* The newest value of whole cells, for the final state. */
uint64_t tm_machine_peek(struct tm_machine *m, uint8_t *address, unsigned bytes);

/* ---- for the search ---------------------------------------------------------------------------*/

/* The choices of `process` now; 0 when it cannot move. */
unsigned tm_machine_choices(struct tm_machine *m, unsigned process, tm_label label[TM_X_LABELS]);
/* Carry out the pending operation of `process` and run its thread up to the next one. Fills all of
 * *event except the clock. */
void tm_machine_apply(struct tm_machine *m, unsigned process, tm_label label,
                      struct tm_event *event);

static inline bool tm_acquires(unsigned order) {
  return order == TM_ORDER_ACQ || order >= TM_ORDER_ACQREL;
}
static inline bool tm_releases(unsigned order) { return order >= TM_ORDER_REL; }
static inline uint64_t tm_bit(unsigned place) { return place ? UINT64_C(1) << place : 0; }
/* The low `bytes` bytes. */
static inline uint64_t tm_low(uint64_t value, unsigned bytes) {
  return bytes == 8 ? value : value & ((UINT64_C(1) << 8 * bytes) - 1);
}

/* One model each (sequential.c, buffers.c, views.c). */
unsigned tm_sequential_choices(struct tm_machine *m, unsigned thread, tm_label *label);
void tm_sequential_apply(struct tm_machine *m, unsigned thread, struct tm_event *e);
unsigned tm_buffers_choices(struct tm_machine *m, unsigned process, tm_label *label);
void tm_buffers_apply(struct tm_machine *m, unsigned process, struct tm_event *e);
unsigned tm_views_choices(struct tm_machine *m, unsigned thread, tm_label *label);
void tm_views_apply(struct tm_machine *m, unsigned thread, struct tm_event *e);

/* What the three have in common. */
static inline bool tm_is_lock(unsigned effect) {
  return effect >= TM_EFFECT_LOCK && effect <= TM_EFFECT_CLOSE;
}
static inline bool tm_is_page(unsigned effect) {
  return effect >= TM_EFFECT_COMMIT && effect <= TM_EFFECT_FILL;
}
/* Changes of a page that everybody sees before the call returns. */
static inline bool tm_is_shootdown(unsigned effect) {
  return effect >= TM_EFFECT_PROTECT && effect <= TM_EFFECT_ABSENT;
}
/* The permission of a page after `effect`. Accessible is exactly TM_PAGE_OPEN. */
enum { TM_PAGE_OPEN = 1, TM_PAGE_BARRED = 2, TM_PAGE_ABSENT = 4 };
uint64_t tm_machine_permission(unsigned effect, uint64_t old);
/* Take or drop: the new value of the lock. */
uint64_t tm_machine_locked(const struct tm_op *op, unsigned thread, uint64_t old);
void tm_machine_touch_lock(const struct tm_machine *m, const struct tm_op *op, struct tm_event *e);
bool tm_machine_enabled(const struct tm_machine *m, const struct tm_op *op, unsigned thread);
uint64_t tm_machine_combine(const struct tm_op *op, uint64_t old);
void tm_machine_sleep(struct tm_machine *m, unsigned thread, unsigned place);
unsigned tm_machine_wake(struct tm_machine *m, unsigned place, uint64_t count);

/* Did every read of `thread` since its await began see the newest value? */
bool tm_machine_await_is_final(const struct tm_machine *m, unsigned thread,
                               const struct tm_event *event, unsigned events);

#endif
