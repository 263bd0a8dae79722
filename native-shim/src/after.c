/* SPDX-License-Identifier: Apache-2.0 */
#include "after.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* A file, not a pipe: a program that reads none of it holds nobody up. */
static int input_file(const struct field input) {
  autofd memory = sys_memfd_create("input", MFD_CLOEXEC);
  for (size_t done = 0; memory >= 0 && done < input.len;) {
    const ssize_t n = write(memory, input.data + done, input.len - done);
    if (n < 0)
      return -1;
    done += (size_t)n;
  }
  return memory < 0 || lseek(memory, 0, SEEK_SET) < 0 ? -1 : steal_fd(&memory);
}

/* In the child; `failure` takes the errno of an exec that fails. */
static _Noreturn void become(const struct field fields[], int input, int failure, pid_t parent) {
  char **argv = list_vector(fields[ARGV]);
  char **env = list_vector(fields[ENV]);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != parent) /* it died before that line */
    _exit(125);
  setsid();
  dup2(input, STDIN_FILENO);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  dup3(failure, STDERR_FILENO + 1, O_CLOEXEC);
  sys_close_range(STDERR_FILENO + 2, ~0U, 0);
  execve(fields[PROGRAM].data, argv, env);
  const int saved = errno;
  _exit(write(STDERR_FILENO + 1, &saved, sizeof saved) == sizeof saved ? 127 : 125);
}

/* Its pid, with the pidfd; -1 with errno. Returns when the program runs or could not be started. */
static pid_t start(const struct field fields[], int *pidfd) {
  int failure[2], err = 0;
  autofd input = input_file(fields[INPUT]);
  if (input < 0 || pipe2(failure, O_CLOEXEC) < 0)
    return -1;
  const pid_t parent = getpid();
  const pid_t pid = sys_clone(CLONE_PIDFD, pidfd);
  if (pid == 0)
    become(fields, input, failure[1], parent);
  if (pid < 0)
    err = errno;
  close(failure[1]);
  if (read(failure[0], &err, sizeof err) == sizeof err && pid > 0)
    waitpid(pid, NULL, 0);
  close(failure[0]);
  errno = err;
  return err == 0 ? pid : -1;
}

static void kill_group(pid_t pid) {
  kill(-pid, SIGKILL);
}

/* A signal that would end us ends the program: nobody has to wait for one that hangs. */
static void take_signals(int signals, pid_t pid) {
  struct signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == sizeof info)
    if (info.ssi_signo == SIGINT || info.ssi_signo == SIGTERM || info.ssi_signo == SIGHUP ||
        info.ssi_signo == SIGQUIT)
      kill_group(pid);
}

/* Waits for the end of the program; false when that was brought about at `until_ms`. */
static bool wait_until(pid_t pid, int pidfd, int signals, long long until_ms) {
  struct pollfd fds[] = { { .fd = pidfd, .events = POLLIN }, { .fd = signals, .events = POLLIN } };
  while ((fds[0].revents & POLLIN) == 0) {
    const long long left_ms = until_ms - now_ms();
    if (left_ms <= 0) {
      kill_group(pid);
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
  const long long timeout_ms = field_number(fields[TIMEOUT]);
  int status = 0;
  autofd pidfd = -1;
  const pid_t pid = start(fields, &pidfd);
  if (pid < 0) {
    dprintf(STDERR_FILENO, "%s%s\n", notice[NOT_STARTED], strerror(errno));
    return;
  }
  const bool in_time =
      wait_until(pid, pidfd, signals, timeout_ms == 0 ? LLONG_MAX : now_ms() + timeout_ms);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
    ;
  if (!in_time)
    dprintf(STDERR_FILENO, "%s\n", notice[TOO_LONG]);
  else if (status != 0)
    dprintf(STDERR_FILENO, "%s%d\n", notice[FAILED],
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
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
