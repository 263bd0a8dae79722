/* SPDX-License-Identifier: Apache-2.0 */
/* Hands the listener of a container's filter to the agent that answers for it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "channel.h"
#include "cleanup.h"
#include "monitor.h"

static char *copy_of(const struct field field, char *before) {
  free(before);
  char *copy = strdup(field.data);
  if (copy == NULL)
    protocol_broken("out of memory");
  return copy;
}

void monitor_seccomp_agent(struct monitor *monitor, const struct field *fields) {
  monitor->agent_path = copy_of(fields[1], monitor->agent_path);
  monitor->agent_state = copy_of(fields[2], monitor->agent_state);
  reply_ok(monitor);
}

/* A connection to the socket at `path`, of any length; it never blocks, unix(7). */
static int connect_to(const char *path) {
  autofd socket_path = open(path, O_PATH | O_CLOEXEC);
  autofd connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", socket_path);
  if (socket_path < 0 || connection < 0 ||
      connect(connection, (struct sockaddr *)&address, sizeof address) < 0)
    return -1;
  return steal_fd(&connection);
}

/* The state and, with its first byte, the listener: all of it fits, or nothing was sent. */
static int send_listener(int connection, const char *state, int listener) {
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof listener)];
  } control = { 0 };
  struct iovec part = { (void *)(uintptr_t)state, strlen(state) };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
  message.msg_control = &control;
  message.msg_controllen = sizeof control.room;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof listener);
  memcpy(CMSG_DATA(header), &listener, sizeof listener);
  const ssize_t sent = sendmsg(connection, &message, MSG_NOSIGNAL);
  if (sent >= 0 && (size_t)sent < part.iov_len)
    errno = EMSGSIZE;
  return sent < 0 || (size_t)sent < part.iov_len ? -1 : 0;
}

static int hand_over(const struct monitor *monitor, int listener) {
  autofd connection = connect_to(monitor->agent_path);
  return connection < 0 ? -1 : send_listener(connection, monitor->agent_state, listener);
}

void monitor_seccomp_listener(struct monitor *monitor, int fd) {
  autofd listener = fd;
  if (listener < 0 || monitor->agent_path == NULL)
    protocol_broken("a listener that nobody waits for");
  const bool taken = hand_over(monitor, listener) == 0;
  if (!taken) {
    reply_error(monitor, "seccomp-agent", errno, monitor->agent_path);
    monitor->run_asked = false;
    monitor->setup_failed = true;
  }
  autoframe answer = { 0 };
  frame_text(&answer, taken ? "taken" : "refused");
  channel_send(monitor->init_channel, &answer, -1);
}
