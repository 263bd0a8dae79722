/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp_agent SOCKET COUNT [NUMBER=ERRNO]...: an agent for the listeners of COUNT containers.
 *
 * Says "listening", and of each connection the state that came with it. Calls of these numbers get
 * that errno, others go on. Ends when all of the containers are gone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LISTENERS_MAX = 16, STATE_MAX = 1 << 16 };

static int die(const char *what) {
  perror(what);
  exit(1);
}

static int receive_listener(int connection) {
  static char state[STATE_MAX];
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec part = { state, sizeof state - 1 };
  struct msghdr message = {
    .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
  };
  ssize_t len = recvmsg(connection, &message, 0), more;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  int listener = -1;
  if (len <= 0 || header == NULL || header->cmsg_type != SCM_RIGHTS)
    return die("no listener");
  memcpy(&listener, CMSG_DATA(header), sizeof listener);
  while ((more = read(connection, state + len, sizeof state - 1 - (size_t)len)) > 0)
    len += more;
  state[len] = '\0';
  printf("state %s\n", state);
  close(connection);
  return listener;
}

static void answer(int listener, int count, char **rules) {
  struct seccomp_notif call = { 0 };
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
    return; /* the caller was killed meanwhile */
  struct seccomp_notif_resp response = { .id = call.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
  for (int i = 0; i < count; i++) {
    int number, error;
    if (sscanf(rules[i], "%d=%d", &number, &error) != 2 || number != call.data.nr)
      continue;
    response.flags = 0;
    response.error = -error;
    printf("refused %d\n", number);
  }
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static int listen_at(const char *path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  /* A path of any length, by its directory. */
  char *slash = strrchr(path, '/');
  *slash = '\0';
  if (chdir(path) < 0)
    die(path);
  snprintf(address.sun_path, sizeof address.sun_path, "%s", slash + 1);
  *slash = '/';
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, LISTENERS_MAX) < 0)
    die(path);
  return fd;
}

int main(int argc, char **argv) {
  if (argc < 3 || strrchr(argv[1], '/') == NULL)
    return 2;
  struct pollfd fds[1 + LISTENERS_MAX];
  int open_count = 1, awaited = atoi(argv[2]);
  setvbuf(stdout, NULL, _IOLBF, 0);
  fds[0] = (struct pollfd){ .fd = listen_at(argv[1]), .events = POLLIN };
  printf("listening\n");
  while (awaited > 0 || open_count > 1) {
    if (poll(fds, (nfds_t)open_count, -1) < 0 && errno != EINTR)
      die("poll");
    for (int i = open_count - 1; i > 0; i--) {
      if ((fds[i].revents & POLLIN) != 0)
        answer(fds[i].fd, argc - 3, argv + 3);
      else if ((fds[i].revents & POLLHUP) != 0) {
        close(fds[i].fd);
        fds[i] = fds[--open_count];
      }
    }
    if ((fds[0].revents & POLLIN) != 0 && open_count <= LISTENERS_MAX) {
      const int listener = receive_listener(accept(fds[0].fd, NULL, NULL));
      fds[open_count++] = (struct pollfd){ .fd = listener, .events = POLLIN };
      awaited--;
    }
  }
  unlink(strrchr(argv[1], '/') + 1);
  return 0;
}
