/* SPDX-License-Identifier: Apache-2.0 */
/* A guest built with wasi-libc: what programs do with files, arguments and clocks. It prints only
 * what is the same on every host, so that its output can be compared. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void show(const char *what, int result) {
  printf("%s: %s\n", what, result < 0 ? strerror(errno) : "ok");
}

static void show_surroundings(int argc, char **argv) {
  for (int i = 1; i < argc; i++) printf("argument %d: [%s]\n", i, argv[i]);
  const char *name = getenv("NAME");
  printf("NAME: %s\n", name ? name : "(none)");
  printf("HOME: %s\n", getenv("HOME") ? "there" : "(none)");
  printf("stdout is %sa terminal\n", isatty(1) ? "" : "not ");
}

static void show_clocks(void) {
  struct timespec before, after, real;
  clock_gettime(CLOCK_MONOTONIC, &before);
  struct timespec pause = {.tv_nsec = 2000000};
  nanosleep(&pause, NULL);
  clock_gettime(CLOCK_MONOTONIC, &after);
  clock_gettime(CLOCK_REALTIME, &real);
  long long passed =
      (after.tv_sec - before.tv_sec) * 1000000000LL + (after.tv_nsec - before.tv_nsec);
  printf("slept at least 2 ms: %s\n", passed >= 2000000 ? "yes" : "no");
  printf("the year is past 2020: %s\n", real.tv_sec > 1600000000 ? "yes" : "no");
  unsigned char bytes[64] = {0};
  int zeros = 0;
  getentropy(bytes, sizeof bytes);
  for (size_t i = 0; i < sizeof bytes; i++) zeros += bytes[i] == 0;
  printf("random bytes: %s\n", zeros < 16 ? "yes" : "no");
}

static void write_and_read(void) {
  FILE *file = fopen("/data/file.txt", "w+");
  if (!file) {
    show("open /data/file.txt", -1);
    return;
  }
  for (int i = 0; i < 1000; i++) fprintf(file, "line %d\n", i);
  printf("length: %ld\n", ftell(file));
  fseek(file, 5000, SEEK_SET);
  char line[64];
  fgets(line, sizeof line, file);
  printf("after seeking: %s", fgets(line, sizeof line, file));
  fclose(file);
  int fd = open("/data/file.txt", O_WRONLY | O_APPEND);
  show("append", (int)write(fd, "end\n", 4));
  show("truncate", ftruncate(fd, 100));
  close(fd);
  struct stat stat_now;
  show("stat", stat("/data/file.txt", &stat_now));
  printf("size: %lld, regular: %d\n", (long long)stat_now.st_size, S_ISREG(stat_now.st_mode));
  fd = open("/data/file.txt", O_RDONLY);
  show("write to a file open for reading", (int)write(fd, "x", 1));
  show("pread", (int)pread(fd, line, 6, 7));
  printf("there: %.6s\n", line);
  close(fd);
}

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

static void list(const char *path) {
  static char names[64][64];
  int count = 0;
  DIR *dir = opendir(path);
  if (!dir) {
    show(path, -1);
    return;
  }
  for (struct dirent *d; (d = readdir(dir)) && count < 64;)
    if (d->d_name[0] != '.') snprintf(names[count++], sizeof names[0], "%s", d->d_name);
  closedir(dir);
  qsort(names, (size_t)count, sizeof names[0], by_name);
  printf("%s:", path);
  for (int i = 0; i < count; i++) printf(" %s", names[i]);
  puts("");
}

static void change_names(void) {
  show("mkdir", mkdir("/data/sub", 0777));
  show("mkdir again", mkdir("/data/sub", 0777));
  show("rename", rename("/data/file.txt", "/data/sub/moved.txt"));
  show("link", link("/data/sub/moved.txt", "/data/second.txt"));
  show("symlink", symlink("sub/moved.txt", "/data/third.txt"));
  char target[64] = "";
  show("readlink", (int)readlink("/data/third.txt", target, sizeof target - 1));
  printf("target: %s\n", target);
  struct stat link_stat;
  show("lstat", lstat("/data/third.txt", &link_stat));
  printf("link: %d\n", S_ISLNK(link_stat.st_mode));
  list("/data");
  list("/data/sub");
  show("rmdir of a full directory", rmdir("/data/sub"));
  show("unlink a directory", unlink("/data/sub") < 0 ? 0 : -1);
  show("unlink", unlink("/data/sub/moved.txt"));
  show("unlink", unlink("/data/second.txt"));
  show("unlink", unlink("/data/third.txt"));
  show("rmdir", rmdir("/data/sub"));
  list("/data");
}

static void try_to_escape(void) {
  static const char *const out[] = {"/data/../secret", "/secret", "../secret", "/data/out/secret"};
  symlink("..", "/data/out");
  for (size_t i = 0; i < sizeof out / sizeof *out; i++) {
    int fd = open(out[i], O_RDONLY);
    printf("escape by %s: %s\n", out[i], fd < 0 ? "refused" : "POSSIBLE");
  }
  unlink("/data/out");
}

int main(int argc, char **argv) {
  show_surroundings(argc, argv);
  show_clocks();
  write_and_read();
  change_names();
  try_to_escape();
  fputs("to stderr\n", stderr);
  char line[64];
  while (fgets(line, sizeof line, stdin)) printf("input: %s", line);
  return 42;
}
