/* SPDX-License-Identifier: Apache-2.0 */
/* A program that init runs on the way: hooks in the namespaces of the container. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "ops.h"
#include "sys.h"

/* What it says: its beginning is kept, for a reader of the failure. */
struct words {
  char text[1024];
  size_t len;
};

/* Reads until nothing is there now; false at the end. */
static bool listen(int output, struct words *words) {
  char chunk[4096];
  ssize_t n;
  while ((n = read(output, chunk, sizeof chunk)) > 0) {
    const size_t room = sizeof words->text - 1 - words->len;
    const size_t kept = (size_t)n < room ? (size_t)n : room;
    memcpy(words->text + words->len, chunk, kept);
    words->len += kept;
  }
  return n < 0 && errno == EAGAIN;
}

/* Waits for the end of the program, hearing what it says; false when it took too long. */
static bool attend(int pidfd, int output, long long until_ms, struct words *words) {
  struct pollfd fds[] = { { .fd = pidfd, .events = POLLIN }, { .fd = output, .events = POLLIN } };
  while ((fds[0].revents & POLLIN) == 0) {
    const long long left_ms = until_ms - sys_now_ms();
    if (left_ms <= 0)
      return false;
    poll(fds, 2, left_ms < INT_MAX ? (int)left_ms : INT_MAX);
    if (fds[1].revents != 0 && !listen(output, words))
      fds[1].fd = -1;
  }
  listen(output, words); /* others may hold the other end, and are not waited for */
  return true;
}

/* Orphans of the program are ours where we are pid 1. */
static void reap_orphans(void) {
  while (waitpid(-1, NULL, WNOHANG) > 0)
    ;
}

static int failed_status(struct ctx *ctx, int status, const char *name, const struct words *words) {
  errno = ECHILD;
  failed(ctx, "");
  snprintf(ctx->detail, sizeof ctx->detail, "%d\n%s\n%s", status, name, words->text);
  return -1;
}

/*
 * hook NAME PROGRAM ARGV ENV INPUT TIMEOUT-MS
 *
 * Runs the program to its end with INPUT on stdin. After TIMEOUT-MS, if it is not 0, its process
 * group is killed: ETIMEDOUT. Another status than 0 is ECHILD, and the detail then STATUS, NAME and
 * the beginning of its words, a line each.
 */
int op_hook(struct ctx *ctx, const struct field arg[]) {
  struct words words = { 0 };
  const long long timeout_ms = field_number(arg[5]);
  int output[2];
  if (pipe2(output, O_CLOEXEC | O_NONBLOCK) < 0)
    return failed(ctx, arg[0].data);
  autofd reader = output[0], writer = output[1], pidfd = -1;
  fcntl(writer, F_SETFL, 0);
  const struct child child = {
    .program = arg[1].data,
    .argv = arg[2],
    .env = arg[3],
    .input = arg[4],
    .output = writer,
  };
  const pid_t pid = child_start(&child, &pidfd);
  if (pid < 0)
    return failed(ctx, arg[0].data);
  close(writer);
  writer = -1;
  const long long until_ms = timeout_ms == 0 ? LLONG_MAX : sys_now_ms() + timeout_ms;
  const bool in_time = attend(pidfd, reader, until_ms, &words);
  if (!in_time)
    child_kill(pid);
  const int status = child_status(pid);
  reap_orphans();
  errno = ETIMEDOUT;
  if (!in_time)
    return failed(ctx, arg[0].data);
  return status == 0 ? 0 : failed_status(ctx, status, arg[0].data, &words);
}
