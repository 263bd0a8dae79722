/* SPDX-License-Identifier: Apache-2.0 */
/* Signals: passed on to the program, or carried out for it where pid 1 would ignore them. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "monitor.h"
#include "sys.h"

static const int forwarded[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 };

void monitor_block_signals(struct monitor *monitor) {
  sigset_t set;
  if (monitor->signals >= 0)
    return;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++)
    sigaddset(&set, forwarded[i]);
  sigaddset(&set, SIGWINCH);
  sigaddset(&set, SIGCONT);
  sigaddset(&set, SIGCHLD);
  monitor->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  sigaddset(&set, SIGPIPE); /* a reader that goes away is seen as EPIPE */
  sigprocmask(SIG_BLOCK, &set, NULL);
}

/* The mask after `key` in /proc/PID/status, proc(5); all ones when it cannot be read. */
static unsigned long long status_mask(const char *text, const char *key) {
  const char *at = strstr(text, key);
  return at == NULL ? ~0ULL : strtoull(at + strlen(key), NULL, 16);
}

/* All of a file in /proc/PID: the list of groups alone can be longer than a page. */
static void read_proc(long pid, const char *file, char *text, size_t size) {
  char name[48];
  size_t len = 0;
  snprintf(name, sizeof name, "/proc/%ld/%s", pid, file);
  autofd fd = open(name, O_RDONLY | O_CLOEXEC);
  while (fd >= 0 && len < size - 1) {
    const ssize_t n = read(fd, text + len, size - 1 - len);
    if (n <= 0)
      break;
    len += (size_t)n;
  }
  text[len] = '\0';
}

/*
 * Pid 1 of a namespace does not die of a signal that it neither catches nor ignores
 * (pid_namespaces(7)); anywhere else that signal would have ended the program.
 */
static bool takes_signal(const struct monitor *monitor, int signo) {
  static char text[64 << 10]; /* 1,024 groups of ten digits, and the rest */
  read_proc(monitor->init_pid, "status", text, sizeof text);
  const unsigned long long taken = status_mask(text, "\nSigIgn:") | status_mask(text, "\nSigCgt:");
  return (taken >> (signo - 1) & 1) != 0;
}

/* What tells one exec from the next: where the kernel put the arguments, proc(5), arg_start. */
static unsigned long long image_of(long pid) {
  enum { FIELD_AFTER_NAME = 3, ARG_START = 48 };
  char text[2048];
  read_proc(pid, "stat", text, sizeof text);
  char *rest = strrchr(text, ')');
  if (rest == NULL)
    return 0;
  rest += strspn(rest, ") ");
  for (int field = FIELD_AFTER_NAME; field < ARG_START && rest != NULL; field++)
    strsep(&rest, " ");
  return rest == NULL ? 0 : strtoull(rest, NULL, 10);
}

static void end_program(struct monitor *monitor, int signo) {
  monitor->forced_signo = signo;
  sys_pidfd_send_signal(monitor->init_pidfd, SIGKILL);
}

/* `image`: of the program, from before it was seen to take the signal. */
static void pass_on(struct monitor *monitor, int signo, unsigned long long image) {
  if (signo == SIGINT || signo == SIGTERM || signo == SIGQUIT) {
    monitor->taken_signo = signo;
    monitor->image = image;
    monitor->watch_until_ms = monitor->image == 0 ? 0 : sys_now_ms() + WATCH_MS;
  }
  sys_pidfd_send_signal(monitor->init_pidfd, signo);
}

void monitor_watch(struct monitor *monitor) {
  if (monitor->watch_until_ms == 0)
    return;
  const unsigned long long image = image_of(monitor->init_pid);
  if (image == monitor->image && sys_now_ms() < monitor->watch_until_ms)
    return;
  monitor->watch_until_ms = 0;
  if (image != monitor->image && !monitor->ended && !takes_signal(monitor, monitor->taken_signo))
    end_program(monitor, monitor->taken_signo);
}

/* The program may run by now, although poll(2) looked at the signal before it saw that. */
static void notice_start(struct monitor *monitor) {
  struct pollfd fd = { .fd = monitor->init_channel, .events = POLLIN };
  if (!monitor->started && monitor->run_asked && poll(&fd, 1, 0) > 0)
    monitor_init_message(monitor);
}

static void deliver(struct monitor *monitor, int signo) {
  notice_start(monitor);
  const unsigned long long image = monitor->started ? image_of(monitor->init_pid) : 0;
  if (!monitor->started) {
    monitor_stop_container(monitor);
    monitor->forced_signo = signo;
    monitor->ended = true;
  } else if (monitor->ended) { /* only its output waits, for a reader that does not read */
    monitor->forced_signo = signo;
    monitor->given_up = true;
  } else if (takes_signal(monitor, signo)) {
    pass_on(monitor, signo, image);
  } else {
    end_program(monitor, signo);
  }
}

void monitor_typed(struct monitor *monitor, int signo) {
  if (signo == 0 || tcgetpgrp(monitor->relay.master) != monitor->init_pid)
    return;
  if (!takes_signal(monitor, signo))
    deliver(monitor, signo);
}

void monitor_hung_up(struct monitor *monitor) {
  if (!monitor->relay.reader_gone)
    return;
  monitor->relay.reader_gone = false;
  if (takes_signal(monitor, SIGHUP)) {
    sys_pidfd_send_signal(monitor->init_pidfd, SIGHUP);
    return;
  }
  end_program(monitor, SIGPIPE);
}

/* The guard's own end shows on its channel; here its and Node's remains are collected. */
static void reap(struct monitor *monitor) {
  int status;
  if (monitor->node > 0 && monitor->node_status < 0 &&
      waitpid(monitor->node, &status, WNOHANG) == monitor->node)
    monitor->node_status = status;
}

void monitor_signal(struct monitor *monitor) {
  struct signalfd_siginfo info;
  while (read(monitor->signals, &info, sizeof info) == sizeof info) {
    const int signo = (int)info.ssi_signo;
    if (signo == SIGCHLD)
      reap(monitor);
    else if (signo == SIGWINCH)
      relay_resize(&monitor->relay);
    else if (signo == SIGCONT)
      relay_resume(&monitor->relay);
    else
      deliver(monitor, signo);
  }
}
