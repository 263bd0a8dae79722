/* SPDX-License-Identifier: Apache-2.0 */
#include "after.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "child.h"
#include "cleanup.h"
#include "sys.h"

enum { PROGRAM = 1, ARGV, ENV, INPUT, TIMEOUT, NOTICES };
enum { NOT_STARTED, FAILED, TOO_LONG, NOTICES_COUNT };

/* Nobody is there to hear of a broken protocol when the program is run. */
static void check_form(const struct field fields[]) {
  const long long timeout_ms = field_number(fields[TIMEOUT]);
  autofree char **argv = list_vector(fields[ARGV]);
  autofree char **env = list_vector(fields[ENV]);
  autofree char **notice = list_vector(fields[NOTICES]);
  int count = 0;
  while (notice[count] != NULL)
    count++;
  if (timeout_ms < 0 || timeout_ms > INT_MAX || argv[0] == NULL || count != NOTICES_COUNT)
    protocol_broken("malformed after");
}

bool after_keep(struct after *after, const struct field fields[AFTER_FIELDS]) {
  size_t len = 0;
  for (int i = 0; i < AFTER_FIELDS; i++)
    len += fields[i].len;
  errno = ENOSPC;
  if (after->count == AFTER_MAX || len > AFTER_BYTES_MAX - after->bytes)
    return false;
  check_form(fields);
  struct frame *frame = &after->program[after->count];
  for (int i = 0; i < AFTER_FIELDS; i++)
    frame_bytes(frame, fields[i].data, fields[i].len);
  after->count++;
  after->bytes += len;
  return true;
}

/* A signal that would end us ends the program: nobody has to wait for one that hangs. */
static void take_signals(int signals, pid_t pid) {
  struct signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == sizeof info)
    if (info.ssi_signo == SIGINT || info.ssi_signo == SIGTERM || info.ssi_signo == SIGHUP ||
        info.ssi_signo == SIGQUIT)
      child_kill(pid);
}

/* Waits for the end of the program; false when that was brought about at `until_ms`. */
static bool wait_until(pid_t pid, int pidfd, int signals, long long until_ms) {
  struct pollfd fds[] = { { .fd = pidfd, .events = POLLIN }, { .fd = signals, .events = POLLIN } };
  while ((fds[0].revents & POLLIN) == 0) {
    const long long left_ms = until_ms - sys_now_ms();
    if (left_ms <= 0) {
      child_kill(pid);
      return false;
    }
    poll(fds, 2, left_ms < INT_MAX ? (int)left_ms : INT_MAX);
    if (fds[1].revents != 0)
      take_signals(signals, pid);
  }
  return true;
}

static void run(const struct field fields[], int signals) {
  autofree char **notice = list_vector(fields[NOTICES]);
  const struct child child = {
    .program = fields[PROGRAM].data,
    .argv = fields[ARGV],
    .env = fields[ENV],
    .input = fields[INPUT],
    .output = STDERR_FILENO,
  };
  const long long timeout_ms = field_number(fields[TIMEOUT]);
  autofd pidfd = -1;
  const pid_t pid = child_start(&child, &pidfd);
  if (pid < 0) {
    dprintf(STDERR_FILENO, "%s%s\n", notice[NOT_STARTED], strerror(errno));
    return;
  }
  const bool in_time =
      wait_until(pid, pidfd, signals, timeout_ms == 0 ? LLONG_MAX : sys_now_ms() + timeout_ms);
  const int status = child_status(pid);
  if (!in_time)
    dprintf(STDERR_FILENO, "%s\n", notice[TOO_LONG]);
  else if (status != 0)
    dprintf(STDERR_FILENO, "%s%d\n", notice[FAILED], status);
}

void after_run(struct after *after, int signals) {
  struct field fields[FRAME_FIELDS_MAX];
  for (int i = 0; i < after->count; i++) {
    frame_split(after->program[i].data, after->program[i].len, fields);
    run(fields, signals);
    frame_free(&after->program[i]);
  }
  after->count = 0;
}
