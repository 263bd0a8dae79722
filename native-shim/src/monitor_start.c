/* SPDX-License-Identifier: Apache-2.0 */
/* How a container comes into being: guard, init, id maps, stdio. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "cleanup.h"
#include "guard.h"
#include "idmap.h"
#include "monitor.h"
#include "sys.h"

static const char *const stdio_modes[] = {
  [STDIO_INHERIT] = "inherit",
  [STDIO_PIPE] = "pipe",
  [STDIO_NULL] = "null",
  NULL,
};

static const char *const setgroups_choices[] = { "allow", "deny", NULL };

/*
 * What init gets as descriptor `fd`. Our end of a pipe goes into the relay: a terminal of the
 * host is never given to a container.
 */
static int container_end(struct monitor *monitor, int fd) {
  int ends[2];
  switch (monitor->stdio[fd]) {
  case STDIO_NULL:
    return open("/dev/null", O_RDWR | O_CLOEXEC);
  case STDIO_PIPE:
    if (pipe2(ends, O_CLOEXEC) < 0)
      return -1;
    if (fd == STDIN_FILENO) {
      fcntl(ends[1], F_SETFL, O_NONBLOCK);
      relay_add(&monitor->relay, fd, relay_own(fd, O_RDONLY), ends[1]);
      return ends[0];
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    relay_add(&monitor->relay, fd, ends[0], relay_own(fd, O_WRONLY));
    return ends[1];
  default:
    return fd;
  }
}

static char *copy_text(const struct field field) {
  char *copy = strdup(field.data);
  if (copy == NULL)
    protocol_broken("out of memory");
  return copy;
}

void monitor_keep_stdio(struct monitor *monitor, const struct field fields[4]) {
  for (int fd = 0; fd <= 2; fd++)
    monitor->stdio[fd] = field_choice(fields[fd], stdio_modes, "unknown stdio mode");
  monitor->lost_notice = copy_text(fields[3]);
}

int monitor_clone_guard(struct monitor *monitor, struct guard_start *start,
                        unsigned long guard_flags) {
  int ends[2];
  if (channel_pair(ends) < 0) {
    reply_error(monitor, "socketpair", errno, "");
    return -1;
  }
  monitor->subreaper = (guard_flags & CLONE_NEWPID) == 0;
  start->subreaper = monitor->subreaper;
  start->channel = ends[1];
  start->locks = monitor->locks.fd;
  start->lock_count = monitor->locks.count;
  for (int fd = 0; fd <= 2; fd++)
    start->stdio[fd] = container_end(monitor, fd);
  monitor_block_signals(monitor);
  int pidfd = -1;
  if (monitor->subreaper) /* for the case that the guard is killed */
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  monitor->guard = sys_clone(guard_flags | CLONE_PIDFD, &pidfd);
  if (monitor->guard == 0)
    guard_main(start);
  const int saved = errno;
  close(ends[1]);
  close(pidfd);
  for (int fd = 0; fd <= 2; fd++)
    if (start->stdio[fd] > 2)
      close(start->stdio[fd]);
  monitor->guard_channel = ends[0];
  if (monitor->guard > 0)
    return 0;
  monitor->guard = 0;
  reply_error(monitor, "clone", saved, "guard");
  return -1;
}

/*
 * start CLONE-FLAGS UID-MAP GID-MAP SETGROUPS STDIN STDOUT STDERR LOST-NOTICE GUARD-FLAGS JOINS
 *
 * GUARD-FLAGS is CLONE_NEWPID, or 0 where init is not to live below a pid namespace of the guard's.
 * JOINS is a list of CLONE_NEW* and path in turn: namespaces that init enters; see join.h.
 */
void monitor_start(struct monitor *monitor, const struct field *fields) {
  monitor->uid_map = copy_text(fields[2]);
  monitor->gid_map = copy_text(fields[3]);
  monitor->deny_setgroups = field_choice(fields[4], setgroups_choices, "unknown setgroups") == 1;
  monitor_keep_stdio(monitor, &fields[5]);

  struct joins joins;
  const char *where;
  if (joins_open(&joins, fields[10], &where) < 0) {
    reply_error(monitor, "join", errno, where);
    return;
  }
  int to_init[2];
  if (channel_pair(to_init) < 0) {
    reply_error(monitor, "socketpair", errno, "");
    return;
  }
  struct guard_start start = {
    .clone_flags = (unsigned long)field_number(fields[1]),
    .joins = &joins,
    .init_channel = to_init[1],
  };
  monitor->init_channel = to_init[0];
  monitor_clone_guard(monitor, &start, (unsigned long)field_number(fields[9]));
  close(to_init[1]);
  joins_close(&joins);
}

/* The number of the process behind a pidfd in our /proc; pidfd_open(2), fdinfo. */
long monitor_pid_of(int pidfd) {
  char name[48], text[512];
  snprintf(name, sizeof name, "/proc/self/fdinfo/%d", pidfd);
  autofd fd = open(name, O_RDONLY | O_CLOEXEC);
  const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  text[n > 0 ? n : 0] = '\0';
  const char *at = strstr(text, "\nPid:");
  return at == NULL ? -1 : strtol(at + 5, NULL, 10);
}

static int write_maps(const struct monitor *monitor, const char **where) {
  *where = "uid_map";
  if (*monitor->uid_map == '\0')
    return 0;
  *where = "setgroups";
  if (monitor->deny_setgroups && idmap_write(monitor->init_pid, "setgroups", "deny") < 0)
    return -1;
  *where = "gid_map";
  if (idmap_write(monitor->init_pid, "gid_map", monitor->gid_map) < 0)
    return -1;
  *where = "uid_map";
  return idmap_write(monitor->init_pid, "uid_map", monitor->uid_map);
}

/* The guard has cloned init: maps are written from here, the parent namespace. */
void monitor_init_created(struct monitor *monitor, int pidfd) {
  const char *where;
  monitor->init_pidfd = pidfd;
  monitor->init_pid = monitor_pid_of(pidfd);
  if (monitor->init_pid < 1) {
    reply_error(monitor, "pidfd", ESRCH, "init has no number in /proc");
    return;
  }
  if (write_maps(monitor, &where) < 0) {
    reply_error(monitor, "map-ids", errno, where);
    return;
  }
  autoframe mapped = { 0 };
  frame_text(&mapped, "mapped");
  channel_send(monitor->init_channel, &mapped, -1);
  autoframe frame = { 0 };
  frame_text(&frame, "pid");
  frame_number(&frame, monitor->init_pid);
  reply_frame(monitor, &frame);
}

/*
 * Without us as a reader or writer a pipe of the user's ends when the program closes it; the
 * relay has descriptors of its own.
 */
static void leave_stdio(void) {
  autofd null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = STDIN_FILENO; fd <= STDOUT_FILENO && null >= 0; fd++)
    dup2(null, fd);
}

/* Init's channel is at its end without an error: the program runs. */
void monitor_program_runs(struct monitor *monitor) {
  monitor->started = true;
  if (monitor->console < 0)
    leave_stdio();
  else if (monitor->node == 0 || monitor->followed)
    monitor_attach_terminal(monitor);
  autoframe frame = { 0 };
  frame_text(&frame, "started");
  reply_frame(monitor, &frame);
}

void monitor_attach_terminal(struct monitor *monitor) {
  relay_terminal(&monitor->relay, monitor->console);
  leave_stdio();
  monitor->console = -1;
}

void monitor_stop_container(struct monitor *monitor) {
  if (monitor->guard <= 0)
    return;
  if (!monitor->subreaper) {
    kill(monitor->guard, SIGKILL);
  } else { /* it takes the end of the channel as its order to end the container */
    close(monitor->guard_channel);
    monitor->guard_channel = -1;
  }
  while (waitpid(monitor->guard, NULL, 0) < 0 && errno == EINTR)
    ;
  monitor->guard = 0;
}
