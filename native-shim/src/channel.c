/* SPDX-License-Identifier: Apache-2.0 */
#include "channel.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "sys.h"

enum { PACKET_BYTES_MAX = 32 << 10 };

/* First byte of a packet: is the message inside, or in the descriptor that comes with it? */
enum { INLINE = 'i', ATTACHED = 'a' };

int channel_pair(int ends[2]) {
  return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

static int send_packet(int channel, char kind, const void *data, size_t len, int fd) {
  struct iovec parts[2] = { { &kind, 1 }, { (void *)(uintptr_t)data, len } };
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control = { 0 };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
  if (fd >= 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control.room;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
  }
  ssize_t sent;
  do
    sent = sendmsg(channel, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -1 : 0;
}

int channel_send(int channel, const struct frame *frame, int fd) {
  if (frame->len < PACKET_BYTES_MAX)
    return send_packet(channel, INLINE, frame->data, frame->len, fd);
  autofd memory = sys_memfd_create("message", MFD_CLOEXEC);
  if (memory < 0)
    return -1;
  for (size_t done = 0; done < frame->len;) {
    const ssize_t n = write(memory, frame->data + done, frame->len - done);
    if (n < 0)
      return -1;
    done += (size_t)n;
  }
  return send_packet(channel, ATTACHED, NULL, 0, memory);
}

static int load_attached(int memory, struct frame *frame) {
  frame_free(frame);
  const off_t size = lseek(memory, 0, SEEK_END);
  if (size < 0 || size > FRAME_BYTES_MAX)
    return -1;
  frame->data = malloc((size_t)size + 1);
  if (frame->data == NULL)
    return -1;
  frame->cap = (size_t)size + 1;
  while (frame->len < (size_t)size) {
    const ssize_t n =
        pread(memory, frame->data + frame->len, (size_t)size - frame->len, (off_t)frame->len);
    if (n <= 0)
      return -1;
    frame->len += (size_t)n;
  }
  return 1;
}

static int passed_fd(struct msghdr *message) {
  int fd = -1;
  for (struct cmsghdr *h = CMSG_FIRSTHDR(message); h != NULL; h = CMSG_NXTHDR(message, h))
    if (h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS)
      memcpy(&fd, CMSG_DATA(h), sizeof fd);
  return fd;
}

int channel_receive(int channel, struct frame *frame, int *fd) {
  static uint8_t packet[PACKET_BYTES_MAX + 1];
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec part = { packet, sizeof packet };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
  message.msg_control = &control;
  message.msg_controllen = sizeof control.room;
  ssize_t got;
  do
    got = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (fd != NULL)
    *fd = -1;
  if (got <= 0)
    return got < 0 && errno == ECONNRESET ? 0 : (int)got;
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
    protocol_broken("truncated message");
  autofd passed = passed_fd(&message);
  if (packet[0] == ATTACHED)
    return load_attached(passed, frame);
  if (fd == NULL && passed >= 0)
    protocol_broken("unexpected descriptor");
  if (fd != NULL)
    *fd = steal_fd(&passed);
  frame_free(frame);
  frame->data = malloc((size_t)got);
  if (frame->data == NULL)
    return -1;
  frame->cap = (size_t)got;
  frame->len = (size_t)got - 1;
  memcpy(frame->data, packet + 1, frame->len);
  return 1;
}
