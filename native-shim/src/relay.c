/* SPDX-License-Identifier: Apache-2.0 */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys.h"

void relay_init(struct relay *relay) {
  memset(relay, 0, sizeof *relay);
  relay->master = relay->slave = relay->terminal = -1;
}

int relay_own(int fd, int flags) {
  char name[40];
  struct stat st;
  /* Opened anew, a file would be read from its start or written over; it never blocks anyway. */
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
    return fcntl(fd, F_DUPFD_CLOEXEC, 3);
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  const int own = open(name, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  return own >= 0 ? own : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

/* Any write comes back at once: write_some() asks a socket for that each time. */
static bool never_blocks(int fd) {
  struct stat st;
  return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 || (fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode));
}

void relay_add(struct relay *relay, int index, int from, int to) {
  struct pump *pump = &relay->pump[index];
  *pump = (struct pump){ .from = from, .to = to, .poll_from = -1, .poll_to = -1 };
  pump->write_max = never_blocks(to) ? PUMP_BYTES : BLOCKING_WRITE_MAX;
  pump->buffer = malloc(PUMP_BYTES);
  pump->active = pump->buffer != NULL;
}

static size_t room(const struct pump *pump) {
  return PUMP_BYTES - pump->start - pump->len;
}

/* What was written makes room again at the end of the buffer. */
static void make_room(struct pump *pump) {
  if (room(pump) > 0 || pump->start == 0)
    return;
  memmove(pump->buffer, pump->buffer + pump->start, pump->len);
  pump->start = 0;
}

int relay_poll(struct relay *relay, struct pollfd *fds, int count) {
  for (int i = 0; i < PUMPS; i++) {
    struct pump *pump = &relay->pump[i];
    pump->poll_from = pump->poll_to = -1;
    if (!pump->active)
      continue;
    make_room(pump);
    if (!pump->from_ended && room(pump) > 0) {
      pump->poll_from = count;
      fds[count++] = (struct pollfd){ .fd = pump->from, .events = POLLIN };
    }
    /* Without bytes to write only the end of the reader is of interest: POLLERR, unasked. */
    if (!pump->to_gone) {
      pump->poll_to = count;
      fds[count++] = (struct pollfd){ .fd = pump->to, .events = pump->len > 0 ? POLLOUT : 0 };
    }
  }
  return count;
}

static ssize_t write_some(int fd, const char *data, size_t len) {
  const ssize_t n = send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n >= 0 || errno != ENOTSOCK)
    return n;
  return write(fd, data, len);
}

static void close_from(struct pump *pump) {
  if (!pump->from_ended)
    close(pump->from);
  pump->from_ended = true;
}

static void close_to(struct pump *pump) {
  if (!pump->to_gone)
    close(pump->to);
  pump->to_gone = true;
}

/* ^C and ^\\ as the container's terminal has them set; 0 while it takes keys as they come. */
static int signal_of_keys(int master, const char *keys, size_t len) {
  struct termios mode;
  if (tcgetattr(master, &mode) < 0 || (mode.c_lflag & ISIG) == 0)
    return 0;
  if (memchr(keys, mode.c_cc[VINTR], len) != NULL)
    return SIGINT;
  return memchr(keys, mode.c_cc[VQUIT], len) != NULL ? SIGQUIT : 0;
}

static void pump_read(struct relay *relay, struct pump *pump) {
  char *fresh = pump->buffer + pump->start + pump->len;
  const size_t wanted = pump->cut && pump->left < room(pump) ? pump->left : room(pump);
  const ssize_t n = read(pump->from, fresh, wanted);
  if (n > 0) {
    pump->len += (size_t)n;
    if (pump->cut && (pump->left -= (size_t)n) == 0)
      close_from(pump);
    if (relay->master >= 0 && pump == &relay->pump[0])
      relay->typed_signo = signal_of_keys(relay->master, fresh, (size_t)n);
  } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) /* EIO: the last slave was closed */
    close_from(pump);
}

static void pump_write(struct pump *pump) {
  const size_t len = pump->len < pump->write_max ? pump->len : pump->write_max;
  const ssize_t n = write_some(pump->to, pump->buffer + pump->start, len);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n < 0) {
    close_to(pump);
    return;
  }
  pump->start += (size_t)n;
  pump->len -= (size_t)n;
  if (pump->len == 0)
    pump->start = 0;
}

/* The reader is gone. A pipe's writer learns it from us; a pty is drained until the program ends.
 */
static void pump_discard(struct pump *pump) {
  pump->start = pump->len = 0;
  if (!pump->keep_drain)
    close_from(pump);
}

/* Queues ^D as the container's terminal has it; false where it would be a byte like others. */
static bool queue_eof(struct pump *pump) {
  enum { TIMES = 2 }; /* after a line without its end the first one only hands that line over */
  struct termios mode;
  if (pump->eof_sent || pump->to_gone || tcgetattr(pump->to, &mode) < 0 ||
      (mode.c_lflag & ICANON) == 0)
    return false;
  memset(pump->buffer, mode.c_cc[VEOF], TIMES);
  pump->start = 0;
  pump->len = TIMES;
  pump->eof_sent = true;
  return true;
}

/* Towards a pipe the end is its closing; towards a pty it is what a terminal gives. */
static void end_of_input(struct relay *relay, struct pump *pump) {
  const bool is_pty = relay->master >= 0 && pump == &relay->pump[0];
  if (is_pty && queue_eof(pump))
    return;
  close_to(pump);
  pump->active = false;
}

/* Fresh bytes are tried at once where that cannot block, else when poll(2) says so. */
static bool may_write(const struct pump *pump, short revents) {
  return revents != 0 || (pump->write_max == PUMP_BYTES && pump->poll_from >= 0);
}

void relay_move(struct relay *relay, const struct pollfd *fds) {
  relay->typed_signo = 0;
  for (int i = 0; i < PUMPS; i++) {
    struct pump *pump = &relay->pump[i];
    if (!pump->active)
      continue;
    if (pump->poll_from >= 0 && fds[pump->poll_from].revents != 0)
      pump_read(relay, pump);
    const short to = pump->poll_to >= 0 ? fds[pump->poll_to].revents : 0;
    if (pump->len > 0 && !pump->to_gone && may_write(pump, to))
      pump_write(pump);
    else if ((to & (POLLERR | POLLHUP)) != 0)
      close_to(pump);
    if (pump->to_gone) {
      relay->reader_gone |= pump->keep_drain && !pump->told;
      pump->told = true;
      pump_discard(pump);
    }
    if (pump->from_ended && pump->len == 0)
      end_of_input(relay, pump);
  }
}

bool relay_finished(struct relay *relay) {
  relay->pump[0].active = false;
  if (relay->slave >= 0) /* from here on the master can come to its end */
    close(relay->slave);
  relay->slave = -1;
  return !relay->pump[1].active && !relay->pump[2].active;
}

/* What a pty holds cannot be counted, for some of it is on its way: it is taken till it is quiet.
 */
static bool is_quiet(int master) {
  struct pollfd fd = { .fd = master, .events = POLLIN };
  return poll(&fd, 1, 0) == 0;
}

static void cut(struct relay *relay) {
  for (int i = 1; i < PUMPS; i++) {
    struct pump *pump = &relay->pump[i];
    int available = 0;
    if (!pump->active || pump->from_ended || pump->cut)
      continue;
    if (relay->master < 0) {
      pump->cut = true;
      ioctl(pump->from, FIONREAD, &available);
      pump->left = (size_t)available;
    } else if (!is_quiet(pump->from)) {
      continue;
    }
    if (available == 0)
      close_from(pump);
    if (pump->from_ended && pump->len == 0)
      end_of_input(relay, pump);
  }
}

void relay_drain(struct relay *relay) {
  const long long now = sys_now_ms();
  if (relay->cut_at_ms == 0)
    relay->cut_at_ms = now + DRAIN_MS;
  if (now < relay->cut_at_ms)
    return;
  cut(relay);
  relay->cut_at_ms = now + DRAIN_MS;
}
