/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process between TypeScript and the container: performs what it is asked over the control
 * socket, then passes bytes and signals until the program ends. messages.ts is the other half.
 */
#ifndef TSBUILD_MONITOR_H
#define TSBUILD_MONITOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "after.h"
#include "frame.h"
#include "guard.h"
#include "locks.h"
#include "relay.h"

enum { WATCH_MS = 1000, WATCH_STEP_MS = 50 };

enum { STDIO_INHERIT, STDIO_PIPE, STDIO_NULL };

struct monitor {
  int control;     /* stream socket to TypeScript, -1 when it has gone */
  pid_t node;      /* TypeScript's process when it is our child, else 0 */
  int node_status; /* wait status of it, -1 while it runs */
  int guard_channel;
  int init_channel;
  pid_t guard;
  bool subreaper; /* the guard has no pid namespace: see guard.h */
  int init_pidfd;
  long init_pid; /* as our /proc numbers it */
  int cwd;       /* where the user stands, opened before the first move, or -1 */
  int signals;   /* signalfd once a container was started */
  struct locks locks;
  struct after after; /* what runs when the container is gone */
  struct relay relay;
  int stdio[3];         /* STDIO_* of each */
  int console;          /* master of the container's pty until the program runs */
  bool external;        /* an OCI runtime makes the container, monitor_external.c */
  int console_listener; /* where it is to send the master of its pty, or -1 */
  char *uid_map;
  char *gid_map;
  bool deny_setgroups;
  char *unlink_at_end; /* a note of the container that runs, or NULL */
  char *lost_notice;   /* what to say when the guard was killed */
  bool held;           /* TypeScript still does something for the container */
  char *agent_path;    /* who is to get the listener of the filter, and what it is told */
  char *agent_state;
  bool followed; /* TypeScript waits for the end of the program */
  bool end_told; /* and knows of it */
  bool run_asked;
  bool started;      /* the program runs */
  bool setup_failed; /* init or guard ended before that, and TypeScript knows */
  bool ended;
  int taken_signo;          /* a signal to end the program, which it took; see monitor_watch() */
  long long watch_until_ms; /* of the monotonic clock; 0: nothing is watched */
  unsigned long long image; /* of the program when it took it */
  bool given_up;            /* what it wrote last is not waited for */
  int code;                 /* of the program, once ended */
  int signo;
  int forced_signo; /* we ended it in its name: report this one */
};

/* Serves until the end; returns the exit status. */
int monitor_run(struct monitor *monitor);

/* monitor_start.c: guard and init, id maps, stdio. */
void monitor_start(struct monitor *monitor, const struct field *fields);
void monitor_init_created(struct monitor *monitor, int pidfd);
void monitor_program_runs(struct monitor *monitor);
/* STDIN STDOUT STDERR LOST-NOTICE of a request. */
void monitor_keep_stdio(struct monitor *monitor, const struct field fields[4]);
/* Clones the guard; what `start` leaves open is completed. 0, or -1 when that was answered. */
int monitor_clone_guard(struct monitor *monitor, struct guard_start *start,
                        unsigned long guard_flags);
long monitor_pid_of(int pidfd);

/*
 * Joins our terminal to the container's. Not before Node is gone where it is our child, for when it
 * ends it puts the terminal's mode back to what it found; or it follows, and goes last.
 */
void monitor_attach_terminal(struct monitor *monitor);
void monitor_stop_container(struct monitor *monitor);

/* monitor_external.c: a guard whose commands make the container; requests, and the guard's words.
 */
void request_guard(struct monitor *monitor, const struct field *fields);
void request_command(struct monitor *monitor, const struct field *fields);
void request_console_socket(struct monitor *monitor, const struct field *fields);
void request_adopt(struct monitor *monitor, const struct field *fields);
void request_last(struct monitor *monitor, const struct field *fields);
void monitor_external_run(struct monitor *monitor);
/* False for a message that is none of its own. `fd` came with it. */
bool monitor_external_message(struct monitor *monitor, const struct frame *frame,
                              const struct field *fields, int count, int fd);
/*
 * monitor_seccomp.c: seccomp-agent PATH STATE, and the listener that init sends later. It goes to
 * the agent together with the state; where that fails init ends.
 */
void monitor_seccomp_agent(struct monitor *monitor, const struct field *fields);
void monitor_seccomp_listener(struct monitor *monitor, int listener);

/* monitor_request.c: one request of TypeScript; false when the socket is at its end. */
bool monitor_request(struct monitor *monitor);

/* monitor_signal.c: what came in on the signalfd. */
void monitor_signal(struct monitor *monitor);
/*
 * A key that means a signal went to the container's terminal. Where its program is in the
 * foreground and pid 1, which such a signal does not end, we do.
 */
void monitor_typed(struct monitor *monitor, int signo);
/* Nobody reads the container's terminal any more: as with a pipe, that ends the program. */
void monitor_hung_up(struct monitor *monitor);

/*
 * A shell takes a signal by a handler of its own and may then exec the program: as pid 1 it does
 * not die of it, and the program never hears of it. For a second after such a signal this sees
 * to it that an image that came later and does not take the signal is ended.
 */
void monitor_watch(struct monitor *monitor);
/* From then on signals come by the signalfd; a second time is no more than the first. */
void monitor_block_signals(struct monitor *monitor);

/* monitor.c: what init says; the end of its channel after `run` means that the program runs. */
void monitor_init_message(struct monitor *monitor);

/* Answers on the control socket. */
void reply_ok(struct monitor *monitor);
void reply_frame(struct monitor *monitor, const struct frame *frame);
void reply_error(struct monitor *monitor, const char *where, int err, const char *detail);

#endif
