/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "cleanup.h"
#include "descendants.h"
#include "host_side.h"

static void notice(const char *text) {
  if (text != NULL && *text != '\0')
    dprintf(STDERR_FILENO, "%s\n", text);
}

static void close_channel(int *channel) {
  close(*channel);
  *channel = -1;
}

/* The exit status of the container's program, or of our ending it. */
static int exit_status(const struct monitor *monitor) {
  if (monitor->forced_signo != 0)
    return 128 + monitor->forced_signo;
  return monitor->signo != 0 ? 128 + monitor->signo : monitor->code;
}

/* Before the program runs an end is told once, and what follows is TypeScript's to decide. */
static void setup_failed(struct monitor *monitor, const char *who, int err) {
  if (!monitor->setup_failed)
    reply_error(monitor, who, err, "ended during set-up");
  monitor->setup_failed = true;
}

static void program_ended(struct monitor *monitor, const struct frame *frame,
                          const struct field *fields) {
  if (monitor->init_channel >= 0)
    monitor_init_message(monitor); /* its end came before this word, even if poll(2) saw it later */
  if (!monitor->started) {
    setup_failed(monitor, "init", ESRCH);
    return;
  }
  monitor->ended = true;
  monitor->code = (int)field_number(fields[1]);
  monitor->signo = (int)field_number(fields[2]);
  monitor->end_told = monitor->control >= 0;
  reply_frame(monitor, frame);
}

static void guard_lost(struct monitor *monitor) {
  close_channel(&monitor->guard_channel);
  if (monitor->ended)
    return;
  if (monitor->subreaper) /* its children are ours now */
    descendants_end(monitor->node);
  if (!monitor->started) {
    setup_failed(monitor, "guard", ESRCH);
    return;
  }
  monitor->ended = true;
  monitor->signo = SIGKILL;
  if (monitor->forced_signo == 0)
    notice(monitor->lost_notice);
}

/* init-failed clone|join ERRNO CLONE-FLAG */
static void init_failed(struct monitor *monitor, const struct field *fields) {
  if (!field_is(fields[1], "join")) {
    setup_failed(monitor, "clone", (int)field_number(fields[2]));
    return;
  }
  reply_error(monitor, "join", (int)field_number(fields[2]), fields[3].data);
  monitor->setup_failed = true;
}

static void guard_message(struct monitor *monitor) {
  autoframe frame = { 0 };
  struct field fields[FRAME_FIELDS_MAX];
  int fd;
  if (channel_receive(monitor->guard_channel, &frame, &fd) != 1) {
    guard_lost(monitor);
    return;
  }
  const int count = frame_split(frame.data, frame.len, fields);
  if (count == 1 && field_is(fields[0], "init"))
    monitor_init_created(monitor, fd);
  else if (count == 4 && field_is(fields[0], "init-failed"))
    init_failed(monitor, fields);
  else if (count == 6 && field_is(fields[0], "exit"))
    program_ended(monitor, &frame, fields);
  else if (count == 2 && field_is(fields[0], "helper-ready"))
    reply_frame(monitor, &frame);
  else if (count == 4 && field_is(fields[0], "helper-failed"))
    reply_frame(monitor, &frame);
  else if (count == 4 && field_is(fields[0], "helper-exit"))
    notice(fields[3].data);
  else if (count < 1 || !monitor_external_message(monitor, &frame, fields, count, fd))
    protocol_broken("unexpected message from the guard");
}

void monitor_init_message(struct monitor *monitor) {
  autoframe frame = { 0 };
  struct field name;
  int fd;
  if (channel_receive(monitor->init_channel, &frame, &fd) != 1) {
    close_channel(&monitor->init_channel);
    if (monitor->run_asked)
      monitor_program_runs(monitor);
    return;
  }
  struct cursor cursor = { frame.data, frame.data + frame.len };
  if (!cursor_next(&cursor, &name))
    protocol_broken("malformed message from init");
  struct field fields[FRAME_FIELDS_MAX];
  if (host_side_answer(monitor, fields, frame_split(frame.data, frame.len, fields)))
    return;
  if (field_is(name, "console")) {
    monitor->console = fd;
    if (cursor_next(&cursor, &name) && field_is(name, "unsized"))
      terminal_size(STDIN_FILENO, fd); /* before the program can ask for it */
  } else if (field_is(name, "seccomp-fd")) {
    monitor_seccomp_listener(monitor, fd);
  } else {
    monitor->run_asked &= !field_is(name, "error"); /* an exec that failed */
    reply_frame(monitor, &frame);
  }
}

static void wait_for_node(struct monitor *monitor) {
  while (monitor->node > 0 && monitor->node_status < 0)
    if (waitpid(monitor->node, &monitor->node_status, 0) < 0 && errno != EINTR)
      return;
}

/*
 * TypeScript is gone. Before the program runs that is the end, and our status is its status; a
 * parent that runs many shims takes its programs with it.
 */
static void control_gone(struct monitor *monitor) {
  close_channel(&monitor->control);
  if (monitor->followed && monitor->end_told)
    return;
  if (monitor->started && monitor->node > 0) { /* it has planned, the rest is ours */
    if (monitor->console >= 0) {
      wait_for_node(monitor);
      monitor_attach_terminal(monitor);
    }
    return;
  }
  monitor_stop_container(monitor);
  monitor->ended = true;
  monitor->code = 125;
  if (monitor->node == 0)
    return;
  wait_for_node(monitor);
  monitor->code = WIFEXITED(monitor->node_status) ? WEXITSTATUS(monitor->node_status)
                                                  : 128 + WTERMSIG(monitor->node_status);
}

static bool ready(const struct pollfd *fd) {
  return fd->fd >= 0 && fd->revents != 0;
}

/* The program has ended and all that it wrote has been passed on. */
static bool finished(struct monitor *monitor) {
  if (!monitor->ended || (monitor->followed && monitor->end_told && monitor->control >= 0))
    return false;
  return monitor->given_up || !monitor->started ||
         (monitor->console < 0 && relay_finished(&monitor->relay) &&
          !(monitor->held && monitor->control >= 0));
}

static int wait_ms(const struct monitor *monitor) {
  if (monitor->watch_until_ms > 0)
    return WATCH_STEP_MS;
  return monitor->ended ? DRAIN_MS : -1;
}

/* Node and the guard may have ended: where nobody reaps orphans they would stay as zombies. */
static void reap_the_dead(void) {
  while (waitpid(-1, NULL, WNOHANG) > 0)
    ;
}

int monitor_run(struct monitor *monitor) {
  while (!finished(monitor)) {
    struct pollfd fds[4 + PUMP_POLLFDS] = {
      { .fd = monitor->control, .events = POLLIN },
      { .fd = monitor->init_channel, .events = POLLIN },
      { .fd = monitor->guard_channel, .events = POLLIN },
      { .fd = monitor->signals, .events = POLLIN },
    };
    const int count = monitor->started ? relay_poll(&monitor->relay, fds, 4) : 4;
    if (poll(fds, (nfds_t)count, wait_ms(monitor)) < 0) {
      if (errno == EINTR)
        continue;
      protocol_broken("poll");
    }
    monitor_watch(monitor);
    if (monitor->started) {
      relay_move(&monitor->relay, fds);
      monitor_typed(monitor, monitor->relay.typed_signo);
      monitor_hung_up(monitor);
      if (monitor->ended)
        relay_drain(&monitor->relay);
    }
    if (ready(&fds[0]) && !monitor_request(monitor))
      control_gone(monitor);
    if (ready(&fds[1])) /* before the guard's word: a quick program has ended by now */
      monitor_init_message(monitor);
    if (ready(&fds[2]) && monitor->guard_channel >= 0)
      guard_message(monitor);
    if (ready(&fds[3]))
      monitor_signal(monitor);
  }
  relay_restore(&monitor->relay);
  if (monitor->after.count > 0) {
    monitor_stop_container(monitor); /* the last of it, if its end was not awaited yet */
    after_run(&monitor->after, monitor->signals);
  }
  if (monitor->unlink_at_end != NULL)
    unlink(monitor->unlink_at_end);
  reap_the_dead();
  return exit_status(monitor);
}
