/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that make the container in our stead, one after the other: the commands of an OCI
 * runtime. They run below the guard, with a /proc that numbers processes as they do themselves, and
 * the container's init, whose parent they were, becomes the guard's child when they end.
 */
#ifndef TSBUILD_GUARD_COMMAND_H
#define TSBUILD_GUARD_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

#include "command.h"
#include "frame.h"
#include "guard.h"

struct commands {
  int stdio[3];           /* the container's, until its init has them; else -1 */
  struct command command; /* the one that runs */
  struct frame last;      /* to be run when init has ended, as it came */
  struct frame exit;      /* of init: told when the last command has ended */
  bool subreaper;         /* see guard.h */
  bool released;          /* nobody asks for another command */
  bool last_runs;
  long long deadline_ms; /* of the last one, on the monotonic clock; 0: none */
};

/* The stdio is kept for the container, by descriptors of their own; 0 or -1 with errno. */
int commands_init(struct commands *commands, const struct guard_start *start);

/*
 * command CWD ARGV ENV container|null
 *   Runs a program with the container's stdio, or with nothing to read and its output kept.
 *   Answered by `command-exit` STATUS STDOUT STDERR, or `command-failed` ERRNO WHERE.
 * adopt PID
 *   PID, as the commands number it, is the container's init. Answered by `adopted` with its
 *   pidfd, or `adopt-failed` ERRNO when it is no child of ours.
 * last CWD ARGV ENV TIMEOUT-MS NOTICE
 *   Run when init has ended; only after it is `exit` told. When it fails or takes too long
 *   NOTICE is, with the first of its words.
 * run
 *   The last request: from here on the end of init is the end.
 *
 * False for any other message.
 */
bool commands_serve(struct commands *commands, int channel, const struct field *fields, int count,
                    pid_t *init);

/* The command was reaped; its wait status as a shell has it. */
void commands_reaped(struct commands *commands, int channel, int status);

/* Init has ended; `exit` is taken over, and told when it is time. Then this process ends. */
void commands_init_ended(struct commands *commands, int channel, struct frame *exit);

/* For poll(2): how long the last command may still take, or -1. */
int commands_wait_ms(const struct commands *commands);

/* Ends the last command when it took too long. */
void commands_expire(struct commands *commands);

#endif
