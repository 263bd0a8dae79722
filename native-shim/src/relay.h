/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes between our stdio and the container: up to three one-way pumps in one poll loop. No
 * pump waits for another, and nothing is dropped while somebody still reads.
 */
#ifndef TSBUILD_RELAY_H
#define TSBUILD_RELAY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

enum { PUMP_BYTES = 64 << 10, PUMPS = 3, PUMP_POLLFDS = 2 * PUMPS };

/* What poll(2) promises to take without blocking: a terminal's wake-up mark, tty(4). */
enum { BLOCKING_WRITE_MAX = 256 };

struct pump {
  bool active;
  bool from_ended; /* nothing more will come */
  bool to_gone;    /* nobody reads any more */
  bool told;       /* that the reader is gone */
  bool eof_sent;   /* the keys that end the input are in the buffer, or were */
  bool cut;        /* only the bytes of `left` are still wanted */
  bool keep_drain; /* go on reading when nobody takes it: a pty must not fill up */
  int from;
  int to;
  int poll_from; /* index into the last poll set, -1 when not waited for */
  int poll_to;
  size_t write_max;
  size_t start;
  size_t len;
  size_t left;
  char *buffer;
};

struct relay {
  struct pump pump[PUMPS]; /* 0: towards the container; 1 and 2: from it */
  int master;              /* the pty, or -1 */
  int slave;               /* held while the program runs: it may close its own and reopen */
  int terminal;            /* our own terminal while it is raw, or -1 */
  struct termios cooked;   /* what it was before */
  bool reader_gone;        /* of the terminal's output, since this was last cleared */
  long long cut_at_ms;     /* of sys_now_ms(), once the program has ended; else 0 */
  int typed_signo;         /* SIGINT or SIGQUIT: its key was among the last bytes, else 0 */
};

void relay_init(struct relay *relay);

/*
 * `fd` with an open file description of our own, so that O_NONBLOCK does not reach those who
 * share it (the user's shell). What cannot be opened anew, a socket for one, is duplicated.
 */
int relay_own(int fd, int flags);

/* A pump from one descriptor to another; both belong to it from now on. */
void relay_add(struct relay *relay, int index, int from, int to);

/* Pumps between our stdio and the pty `master`; our terminal becomes raw, if stdin is one. */
void relay_terminal(struct relay *relay, int master);

/* Adds what the pumps wait for to `fds`; returns the new count. */
int relay_poll(struct relay *relay, struct pollfd *fds, int count);

/* Moves what can be moved. */
void relay_move(struct relay *relay, const struct pollfd *fds);

/* The program is gone: stops reading stdin. True when all its output has been passed on. */
bool relay_finished(struct relay *relay);

/* How long an output that has no end is listened to when the program has ended. */
enum { DRAIN_MS = 1000 };

/*
 * The program has ended, and its processes with it; but somebody else may have its output by now,
 * unix(7), SCM_RIGHTS. To be called in each round: after DRAIN_MS what is there already is passed
 * on, and what comes later is not waited for.
 */
void relay_drain(struct relay *relay);

/* Our terminal's size to a pty's master. */
void terminal_size(int terminal, int master);

/* Our terminal's size to the pty, and raw mode again after we were stopped. */
void relay_resize(struct relay *relay);
void relay_resume(struct relay *relay);

/* Gives our terminal back as it was. */
void relay_restore(struct relay *relay);

#endif
