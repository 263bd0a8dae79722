/* SPDX-License-Identifier: Apache-2.0 */
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "cleanup.h"
#include "descendants.h"
#include "guard_command.h"
#include "helper.h"
#include "init_start.h"
#include "locks.h"
#include "sys.h"

struct guard {
  int channel;
  int children; /* signalfd: SIGCHLD */
  pid_t init;
  bool subreaper;
  bool external; /* commands make init */
  struct helper helpers[HELPERS_MAX];
  struct commands commands;
};

/* In a namespace of our own the kernel ends the rest with us. */
static _Noreturn void leave(const struct guard *guard, int status) {
  if (guard->subreaper)
    descendants_end(0);
  _exit(status);
}

static void tell(const struct guard *guard, const struct frame *frame, int fd) {
  if (channel_send(guard->channel, frame, fd) < 0)
    leave(guard, 125); /* the monitor is gone, and the container follows it */
}

/* Starts init and tells the monitor by pidfd: its number here is not its number there. */
static void start_init(struct guard *guard, const struct guard_start *start) {
  autoframe frame = { 0 };
  const struct init_started started = init_start(start, guard->children);
  guard->init = started.pid;
  if (started.pid < 0) {
    frame_text(&frame, "init-failed");
    frame_text(&frame, started.where);
    frame_number(&frame, started.err);
    frame_number(&frame, started.flag);
    tell(guard, &frame, -1);
    leave(guard, 125);
  }
  frame_text(&frame, "init");
  tell(guard, &frame, started.pidfd);
  close(started.pidfd);
  joins_close(start->joins);
}

static int ascending(const void *a, const void *b) {
  return *(const int *)a - *(const int *)b;
}

/* Closes every descriptor that is not listed; one may be listed twice. */
static void keep_only(int kept[], int count) {
  unsigned next = 0;
  qsort(kept, (size_t)count, sizeof *kept, ascending);
  for (int i = 0; i < count; i++) {
    if (next < (unsigned)kept[i])
      sys_close_range(next, (unsigned)kept[i] - 1, 0);
    next = (unsigned)kept[i] + 1;
  }
  sys_close_range(next, ~0U, 0);
}

enum { KEPT_MAX = LOCKS_MAX + JOINS_MAX + 9 };

static int kept_locks(int kept[], const struct guard_start *start) {
  for (int i = 0; i < start->lock_count; i++)
    kept[i] = start->locks[i];
  return start->lock_count;
}

/* What is the monitor's goes first: an end of a socket held here would hide that it is gone. */
static void drop_monitors(const struct guard *guard, const struct guard_start *start) {
  int kept[KEPT_MAX];
  int count = kept_locks(kept, start);
  for (int fd = 0; fd <= 2; fd++) {
    kept[count++] = fd;
    kept[count++] = start->stdio[fd];
  }
  for (int i = 0; i < start->joins->count; i++)
    kept[count++] = start->joins->fd[i];
  if (!start->external)
    kept[count++] = start->init_channel;
  kept[count++] = guard->channel;
  kept[count++] = guard->children;
  keep_only(kept, count);
}

/*
 * Of the user's only stderr stays open, for our own words, as the monitor has it: a reader of
 * stdout must see the end when the program closes it.
 */
static void drop_users(const struct guard *guard, const struct guard_start *start) {
  int kept[KEPT_MAX];
  int count = kept_locks(kept, start);
  kept[count++] = STDERR_FILENO;
  kept[count++] = guard->channel;
  kept[count++] = guard->children;
  for (int fd = 0; fd <= 2; fd++)
    if (start->external)
      kept[count++] = guard->commands.stdio[fd];
  keep_only(kept, count);
  for (int fd = STDIN_FILENO; fd <= STDOUT_FILENO; fd++)
    if (open("/dev/null", O_RDWR) < 0) /* for helpers, too */
      return;
}

static struct frame exit_frame(const siginfo_t *info, const struct rusage *usage) {
  struct frame frame = { 0 };
  const int exited = info->si_code == CLD_EXITED;
  frame_text(&frame, "exit");
  frame_number(&frame, exited ? info->si_status : 0);
  frame_number(&frame, exited ? 0 : info->si_status);
  frame_number(&frame, usage->ru_utime.tv_sec * 1000000LL + usage->ru_utime.tv_usec);
  frame_number(&frame, usage->ru_stime.tv_sec * 1000000LL + usage->ru_stime.tv_usec);
  frame_number(&frame, usage->ru_maxrss);
  return frame;
}

static void init_ended(struct guard *guard, struct frame exit) {
  if (guard->external) {
    commands_init_ended(&guard->commands, guard->channel, &exit);
    return;
  }
  if (guard->subreaper)
    descendants_end(0); /* before the monitor may end: nothing of the container outlives it */
  tell(guard, &exit, -1);
  _exit(0); /* the kernel ends the helpers with this namespace */
}

static void reap(struct guard *guard) {
  struct signalfd_siginfo drained;
  while (read(guard->children, &drained, sizeof drained) > 0)
    ;
  for (;;) {
    siginfo_t info = { 0 };
    struct rusage usage;
    if (syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | WNOHANG, &usage) < 0 || info.si_pid == 0)
      return;
    const int status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    if (info.si_pid == guard->init)
      init_ended(guard, exit_frame(&info, &usage));
    else if (guard->external && info.si_pid == guard->commands.command.pid)
      commands_reaped(&guard->commands, guard->channel, status);
    else
      helper_reaped(guard->helpers, guard->channel, info.si_pid, status);
  }
}

static void serve(struct guard *guard) {
  autoframe frame = { 0 };
  if (channel_receive(guard->channel, &frame, NULL) != 1)
    leave(guard, 125);
  struct field fields[FRAME_FIELDS_MAX];
  const int count = frame_split(frame.data, frame.len, fields);
  if (count == HELPER_FIELDS + 1 && field_is(fields[0], "helper"))
    helper_start(guard->helpers, guard->channel, &fields[1]);
  else if (!guard->external ||
           !commands_serve(&guard->commands, guard->channel, fields, count, &guard->init))
    protocol_broken("unexpected message at the guard");
}

static bool monitor_gone(int channel) {
  struct pollfd fd = { .fd = channel };
  return poll(&fd, 1, 0) > 0 && (fd.revents & POLLHUP) != 0;
}

_Noreturn void guard_main(const struct guard_start *start) {
  struct guard guard = {
    .channel = start->channel,
    .subreaper = start->subreaper,
    .external = start->external,
  };
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  guard.children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  drop_monitors(&guard, start);
  if (guard.subreaper) /* it must live to see the end of the channel */
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  else
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (monitor_gone(start->channel)) /* it died before that line */
    _exit(125);
  if (!start->external)
    start_init(&guard, start);
  else if (commands_init(&guard.commands, start) < 0)
    _exit(125);
  drop_users(&guard, start);

  for (;;) {
    struct pollfd fds[2 + HELPERS_MAX] = {
      { .fd = guard.channel, .events = POLLIN },
      { .fd = guard.children, .events = POLLIN },
    };
    for (int i = 0; i < HELPERS_MAX; i++)
      fds[2 + i] = (struct pollfd){ .fd = helper_ready_fd(&guard.helpers[i]), .events = POLLIN };
    const int wait_ms = guard.external ? commands_wait_ms(&guard.commands) : -1;
    if (poll(fds, 2 + HELPERS_MAX, wait_ms) < 0 && errno != EINTR)
      leave(&guard, 125);
    if (guard.external)
      commands_expire(&guard.commands);
    for (int i = 0; i < HELPERS_MAX; i++)
      if (fds[2 + i].revents != 0)
        helper_ready(&guard.helpers[i], guard.channel);
    if (fds[1].revents != 0)
      reap(&guard);
    if (fds[0].revents != 0)
      serve(&guard);
  }
}
