/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wasi/abi.h: numbers and layouts of wasi_snapshot_preview1, as guests see them.
 *
 * Source: the interface description of WASI preview 1 (typenames.witx). Structs are described by
 * sizes and byte offsets, since they live in guest memory: little-endian, pointers of 32 bits.
 */
#ifndef TM_HARNESS_WASI_ABI_H
#define TM_HARNESS_WASI_ABI_H

#include <stdint.h>

/* TM_ERRNO(name, number in WASI): those whose host value is E<name>. */
#define TM_WASI_ERRNOS(TM_ERRNO)                                                                   \
  TM_ERRNO(2BIG, 1)                                                                                \
  TM_ERRNO(ACCES, 2)                                                                               \
  TM_ERRNO(ADDRINUSE, 3)                                                                           \
  TM_ERRNO(ADDRNOTAVAIL, 4)                                                                        \
  TM_ERRNO(AFNOSUPPORT, 5)                                                                         \
  TM_ERRNO(AGAIN, 6)                                                                               \
  TM_ERRNO(ALREADY, 7)                                                                             \
  TM_ERRNO(BADF, 8)                                                                                \
  TM_ERRNO(BADMSG, 9)                                                                              \
  TM_ERRNO(BUSY, 10)                                                                               \
  TM_ERRNO(CANCELED, 11)                                                                           \
  TM_ERRNO(CHILD, 12)                                                                              \
  TM_ERRNO(CONNABORTED, 13)                                                                        \
  TM_ERRNO(CONNREFUSED, 14)                                                                        \
  TM_ERRNO(CONNRESET, 15)                                                                          \
  TM_ERRNO(DEADLK, 16)                                                                             \
  TM_ERRNO(DESTADDRREQ, 17)                                                                        \
  TM_ERRNO(DOM, 18)                                                                                \
  TM_ERRNO(DQUOT, 19)                                                                              \
  TM_ERRNO(EXIST, 20)                                                                              \
  TM_ERRNO(FAULT, 21)                                                                              \
  TM_ERRNO(FBIG, 22)                                                                               \
  TM_ERRNO(HOSTUNREACH, 23)                                                                        \
  TM_ERRNO(IDRM, 24)                                                                               \
  TM_ERRNO(ILSEQ, 25)                                                                              \
  TM_ERRNO(INPROGRESS, 26)                                                                         \
  TM_ERRNO(INTR, 27)                                                                               \
  TM_ERRNO(INVAL, 28)                                                                              \
  TM_ERRNO(IO, 29)                                                                                 \
  TM_ERRNO(ISCONN, 30)                                                                             \
  TM_ERRNO(ISDIR, 31)                                                                              \
  TM_ERRNO(LOOP, 32)                                                                               \
  TM_ERRNO(MFILE, 33)                                                                              \
  TM_ERRNO(MLINK, 34)                                                                              \
  TM_ERRNO(MSGSIZE, 35)                                                                            \
  TM_ERRNO(MULTIHOP, 36)                                                                           \
  TM_ERRNO(NAMETOOLONG, 37)                                                                        \
  TM_ERRNO(NETDOWN, 38)                                                                            \
  TM_ERRNO(NETRESET, 39)                                                                           \
  TM_ERRNO(NETUNREACH, 40)                                                                         \
  TM_ERRNO(NFILE, 41)                                                                              \
  TM_ERRNO(NOBUFS, 42)                                                                             \
  TM_ERRNO(NODEV, 43)                                                                              \
  TM_ERRNO(NOENT, 44)                                                                              \
  TM_ERRNO(NOEXEC, 45)                                                                             \
  TM_ERRNO(NOLCK, 46)                                                                              \
  TM_ERRNO(NOLINK, 47)                                                                             \
  TM_ERRNO(NOMEM, 48)                                                                              \
  TM_ERRNO(NOMSG, 49)                                                                              \
  TM_ERRNO(NOPROTOOPT, 50)                                                                         \
  TM_ERRNO(NOSPC, 51)                                                                              \
  TM_ERRNO(NOSYS, 52)                                                                              \
  TM_ERRNO(NOTCONN, 53)                                                                            \
  TM_ERRNO(NOTDIR, 54)                                                                             \
  TM_ERRNO(NOTEMPTY, 55)                                                                           \
  TM_ERRNO(NOTRECOVERABLE, 56)                                                                     \
  TM_ERRNO(NOTSOCK, 57)                                                                            \
  TM_ERRNO(NOTSUP, 58)                                                                             \
  TM_ERRNO(NOTTY, 59)                                                                              \
  TM_ERRNO(NXIO, 60)                                                                               \
  TM_ERRNO(OVERFLOW, 61)                                                                           \
  TM_ERRNO(OWNERDEAD, 62)                                                                          \
  TM_ERRNO(PERM, 63)                                                                               \
  TM_ERRNO(PIPE, 64)                                                                               \
  TM_ERRNO(PROTO, 65)                                                                              \
  TM_ERRNO(PROTONOSUPPORT, 66)                                                                     \
  TM_ERRNO(PROTOTYPE, 67)                                                                          \
  TM_ERRNO(RANGE, 68)                                                                              \
  TM_ERRNO(ROFS, 69)                                                                               \
  TM_ERRNO(SPIPE, 70)                                                                              \
  TM_ERRNO(SRCH, 71)                                                                               \
  TM_ERRNO(STALE, 72)                                                                              \
  TM_ERRNO(TIMEDOUT, 73)                                                                           \
  TM_ERRNO(TXTBSY, 74)                                                                             \
  TM_ERRNO(XDEV, 75)

enum {
  TM_WASI_SUCCESS = 0,
#define TM_ERRNO(name, number) TM_WASI_##name = number,
  TM_WASI_ERRNOS(TM_ERRNO)
#undef TM_ERRNO
      TM_WASI_NOTCAPABLE = 76, /* a right is missing, or a path leads out of its directory */
};

/* The WASI number of a host errno (positive); IO for those that WASI does not have. */
uint32_t tm_wasi_errno(int host_errno);

/* Rights: what may be done with a descriptor. */
enum {
  TM_RIGHT_FD_DATASYNC = 1 << 0,
  TM_RIGHT_FD_READ = 1 << 1,
  TM_RIGHT_FD_SEEK = 1 << 2,
  TM_RIGHT_FD_FDSTAT_SET_FLAGS = 1 << 3,
  TM_RIGHT_FD_SYNC = 1 << 4,
  TM_RIGHT_FD_TELL = 1 << 5,
  TM_RIGHT_FD_WRITE = 1 << 6,
  TM_RIGHT_FD_ADVISE = 1 << 7,
  TM_RIGHT_FD_ALLOCATE = 1 << 8,
  TM_RIGHT_PATH_CREATE_DIRECTORY = 1 << 9,
  TM_RIGHT_PATH_CREATE_FILE = 1 << 10,
  TM_RIGHT_PATH_LINK_SOURCE = 1 << 11,
  TM_RIGHT_PATH_LINK_TARGET = 1 << 12,
  TM_RIGHT_PATH_OPEN = 1 << 13,
  TM_RIGHT_FD_READDIR = 1 << 14,
  TM_RIGHT_PATH_READLINK = 1 << 15,
  TM_RIGHT_PATH_RENAME_SOURCE = 1 << 16,
  TM_RIGHT_PATH_RENAME_TARGET = 1 << 17,
  TM_RIGHT_PATH_FILESTAT_GET = 1 << 18,
  TM_RIGHT_PATH_FILESTAT_SET_SIZE = 1 << 19,
  TM_RIGHT_PATH_FILESTAT_SET_TIMES = 1 << 20,
  TM_RIGHT_FD_FILESTAT_GET = 1 << 21,
  TM_RIGHT_FD_FILESTAT_SET_SIZE = 1 << 22,
  TM_RIGHT_FD_FILESTAT_SET_TIMES = 1 << 23,
  TM_RIGHT_PATH_SYMLINK = 1 << 24,
  TM_RIGHT_PATH_REMOVE_DIRECTORY = 1 << 25,
  TM_RIGHT_PATH_UNLINK_FILE = 1 << 26,
  TM_RIGHT_POLL_FD_READWRITE = 1 << 27,
  TM_RIGHT_SOCK_SHUTDOWN = 1 << 28,
  TM_RIGHT_SOCK_ACCEPT = 1 << 29,
};

enum {
  TM_FILETYPE_UNKNOWN,
  TM_FILETYPE_BLOCK_DEVICE,
  TM_FILETYPE_CHARACTER_DEVICE,
  TM_FILETYPE_DIRECTORY,
  TM_FILETYPE_REGULAR_FILE,
  TM_FILETYPE_SOCKET_DGRAM,
  TM_FILETYPE_SOCKET_STREAM,
  TM_FILETYPE_SYMBOLIC_LINK,
};

enum {
  TM_FDFLAG_APPEND = 1,
  TM_FDFLAG_DSYNC = 2,
  TM_FDFLAG_NONBLOCK = 4,
  TM_FDFLAG_RSYNC = 8,
  TM_FDFLAG_SYNC = 16,
};
enum { TM_OFLAG_CREAT = 1, TM_OFLAG_DIRECTORY = 2, TM_OFLAG_EXCL = 4, TM_OFLAG_TRUNC = 8 };
enum { TM_LOOKUP_SYMLINK_FOLLOW = 1 };
enum {
  TM_FSTFLAG_ATIM = 1,
  TM_FSTFLAG_ATIM_NOW = 2,
  TM_FSTFLAG_MTIM = 4,
  TM_FSTFLAG_MTIM_NOW = 8,
};

/* iovec and ciovec: { buf: u32, len: u32 } */
enum { TM_IOVEC_BYTES = 8 };
/* prestat: { tag: u8 @0, name length: u32 @4 } */
enum { TM_PRESTAT_BYTES = 8 };
/* dirent: { next: u64, ino: u64, name length: u32, type: u8 }, then the name */
enum { TM_DIRENT_BYTES = 24 };

/* fdstat: { filetype: u8 @0, flags: u16 @2, rights: u64 @8, inheriting: u64 @16 } */
enum { TM_FDSTAT_BYTES = 24 };
/* filestat: { dev, ino: u64; filetype: u8 @16; nlink @24, size, atim, mtim, ctim: u64 } */
enum { TM_FILESTAT_BYTES = 64 };

/* subscription: { userdata: u64 @0, tag: u8 @8, then
 *   clock:  id: u32 @16, timeout: u64 @24, precision: u64 @32, flags: u16 @40
 *   fd:     fd: u32 @16 } */
enum { TM_SUBSCRIPTION_BYTES = 48 };
/* event: { userdata: u64 @0, error: u16 @8, type: u8 @10, nbytes: u64 @16, flags: u16 @24 } */
enum { TM_EVENT_BYTES = 32 };
enum { TM_EVENT_CLOCK, TM_EVENT_FD_READ, TM_EVENT_FD_WRITE };
enum { TM_SUBSCRIPTION_ABSTIME = 1, TM_EVENT_HANGUP = 1 };

enum { TM_CLOCK_REALTIME, TM_CLOCK_MONOTONIC, TM_CLOCK_PROCESS_CPUTIME, TM_CLOCK_THREAD_CPUTIME };

#endif
