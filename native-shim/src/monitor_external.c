/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container that the commands of an OCI runtime make: the guard has no init until one of their
 * children is adopted as such. What the program does and how it ends is then passed on as ever.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "channel.h"
#include "cleanup.h"
#include "guard.h"
#include "monitor.h"
#include "pty.h"

/* guard STDIN STDOUT STDERR LOST-NOTICE GUARD-FLAGS: the last as for `start` */
void request_guard(struct monitor *monitor, const struct field *fields) {
  struct joins none = { 0 };
  struct guard_start start = { .external = true, .joins = &none };
  if (monitor->guard > 0)
    protocol_broken("a second guard");
  monitor_keep_stdio(monitor, &fields[1]);
  monitor->external = true;
  if (monitor_clone_guard(monitor, &start, (unsigned long)field_number(fields[5])) == 0)
    reply_ok(monitor);
}

/* Hands a request on to the guard as it is; false when there is none. */
static bool hand_on(struct monitor *monitor, const struct field *fields, int count) {
  autoframe frame = { 0 };
  for (int i = 0; i < count; i++)
    frame_bytes(&frame, fields[i].data, fields[i].len);
  errno = ENOTCONN;
  if (monitor->external && monitor->guard_channel >= 0 &&
      channel_send(monitor->guard_channel, &frame, -1) == 0)
    return true;
  reply_error(monitor, fields[0].data, errno, "guard");
  return false;
}

void request_command(struct monitor *monitor, const struct field *fields) {
  hand_on(monitor, fields, 5);
}

void request_last(struct monitor *monitor, const struct field *fields) {
  if (hand_on(monitor, fields, 6))
    reply_ok(monitor);
}

/*
 * console-socket PATH: a socket at which a pty's master is expected, sent by SCM_RIGHTS before
 * `adopt` is asked.
 */
void request_console_socket(struct monitor *monitor, const struct field *fields) {
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  if (monitor->console_listener >= 0)
    protocol_broken("a second console socket");
  autofd fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fields[1].len >= sizeof address.sun_path) {
    reply_error(monitor, "console-socket", ENAMETOOLONG, fields[1].data);
    return;
  }
  memcpy(address.sun_path, fields[1].data, fields[1].len);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 1) < 0) {
    reply_error(monitor, "console-socket", errno, fields[1].data);
    return;
  }
  monitor->console_listener = steal_fd(&fd);
  reply_ok(monitor);
}

/* The descriptor that waits at a connected socket; -1 with errno. */
static int receive_fd(int connection) {
  char name[256]; /* of the pty, which says nothing to us */
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec part = { name, sizeof name };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
  message.msg_control = &control;
  message.msg_controllen = sizeof control.room;
  if (recvmsg(connection, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 0)
    return -1;
  int fd = -1;
  const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
  errno = ENOMSG;
  return fd;
}

/* It was sent before the command ended that made the container, so it is here or never comes. */
static int take_console(struct monitor *monitor) {
  autofd connection = accept4(monitor->console_listener, NULL, NULL, SOCK_CLOEXEC);
  if (connection < 0)
    return -1;
  autofd master = receive_fd(connection);
  if (master < 0)
    return -1;
  autofd slave = pty_open_slave(master);
  if (slave < 0)
    return -1;
  terminal_size(STDIN_FILENO, master); /* before the program can ask for it */
  close(monitor->console_listener);
  monitor->console_listener = -1;
  monitor->console = steal_fd(&master);
  return 0;
}

/* adopt PID: a child of the guard, as it numbers them, is the container's init. */
void request_adopt(struct monitor *monitor, const struct field *fields) {
  if (monitor->console_listener >= 0 && take_console(monitor) < 0) {
    reply_error(monitor, "console-socket", errno, "no terminal came");
    return;
  }
  hand_on(monitor, fields, 2);
}

static void adopted(struct monitor *monitor, int pidfd) {
  autoframe frame = { 0 };
  monitor->init_pidfd = pidfd;
  monitor->init_pid = monitor_pid_of(pidfd);
  if (monitor->init_pid < 1) { /* -1: it has been reaped by now */
    reply_error(monitor, "adopt", ESRCH, "");
    return;
  }
  frame_text(&frame, "pid");
  frame_number(&frame, monitor->init_pid);
  reply_frame(monitor, &frame);
}

bool monitor_external_message(struct monitor *monitor, const struct frame *frame,
                              const struct field *fields, int count, int fd) {
  if (count == 4 && field_is(fields[0], "command-exit"))
    reply_frame(monitor, frame);
  else if (count == 3 && field_is(fields[0], "command-failed"))
    reply_error(monitor, "command", (int)field_number(fields[1]), fields[2].data);
  else if (count == 1 && field_is(fields[0], "adopted"))
    adopted(monitor, fd);
  else if (count == 2 && field_is(fields[0], "adopt-failed"))
    reply_error(monitor, "adopt", (int)field_number(fields[1]), "");
  else
    return false;
  return true;
}

/* The program was started by a command; its end is told from here on. */
void monitor_external_run(struct monitor *monitor) {
  const struct field run = { (char *)(uintptr_t) "run", 3 };
  errno = ESRCH;
  if (monitor->init_pid < 1)
    reply_error(monitor, "run", errno, "nothing was adopted");
  else if (hand_on(monitor, &run, 1))
    monitor_program_runs(monitor);
}
