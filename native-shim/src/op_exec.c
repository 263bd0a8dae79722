/* SPDX-License-Identifier: Apache-2.0 */
/* The last steps: working directory, terminal, start gate, the program itself. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>

#include "channel.h"
#include "cleanup.h"
#include "ops.h"
#include "path.h"
#include "pty.h"
#include "sys.h"

/*
 * chdir PATH
 *
 * After it the raw getcwd(2) must name a place below "/": a directory outside, reached through
 * a leaked descriptor, comes back as "(unreachable)" (CVE-2024-21626).
 */
int op_chdir(struct ctx *ctx, const struct field arg[]) {
  char cwd[PATH_MAX];
  if (chdir(arg[0].data) < 0)
    return failed(ctx, arg[0].data);
  if (syscall(SYS_getcwd, cwd, sizeof cwd) < 0)
    return failed(ctx, arg[0].data);
  if (cwd[0] != '/') {
    errno = EXDEV;
    failed(ctx, arg[0].data);
    if (chdir("/") < 0) /* nobody is left outside, whatever comes next */
      _exit(125);
    return -1;
  }
  return 0;
}

/* /dev/console is the terminal of the container: its pty, bound by descriptor. */
static int bind_console(struct ctx *ctx, int slave) {
  autofd tree =
      sys_open_tree(slave, "", SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
  autofd spot = make_target(ctx->root_fd, "/dev/console", 0);
  if (tree < 0 || spot < 0)
    return -1;
  return sys_move_mount(tree, "", spot, "", SYS_MOVE_F_EMPTY_PATH | SYS_MOVE_T_EMPTY_PATH);
}

/*
 * console ROWS COLUMNS
 *
 * A pty of the container's own devpts becomes the controlling terminal and all of stdio; its
 * master goes to the monitor with the message `console` and whether it has its size. 0 rows: the
 * monitor gives it the size of its own terminal.
 */
int op_console(struct ctx *ctx, const struct field arg[]) {
  const struct winsize size = {
    .ws_row = (unsigned short)field_number(arg[0]),
    .ws_col = (unsigned short)field_number(arg[1]),
  };
  const int unlock = 0;
  autofd master = open_in_root(ctx->root_fd, "/dev/pts/ptmx", O_RDWR | O_NOCTTY);
  if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0)
    return failed(ctx, "/dev/pts/ptmx");
  autofd slave = pty_open_slave(master);
  if (slave < 0)
    return failed(ctx, "/dev/pts/ptmx");
  if (size.ws_row > 0 && ioctl(master, TIOCSWINSZ, &size) < 0)
    return failed(ctx, "terminal size");
  if (bind_console(ctx, slave) < 0)
    return failed(ctx, "/dev/console");
  if (ioctl(slave, TIOCSCTTY, 0) < 0)
    return failed(ctx, "controlling terminal");
  for (int fd = 0; fd <= 2; fd++)
    if (dup2(slave, fd) < 0)
      return failed(ctx, "stdio");
  autoframe frame = { 0 };
  frame_text(&frame, "console");
  frame_text(&frame, size.ws_row > 0 ? "sized" : "unsized");
  return channel_send(ctx->channel, &frame, master) < 0 ? failed(ctx, "console") : 0;
}

/* gate: sends `ready` and waits for `run`; the monitor going away ends us. */
int op_gate(struct ctx *ctx, const struct field arg[]) {
  (void)arg;
  autoframe frame = { 0 };
  frame_text(&frame, "ready");
  if (channel_send(ctx->channel, &frame, -1) < 0)
    return failed(ctx, "gate");
  if (channel_receive(ctx->channel, &frame, NULL) != 1)
    _exit(125);
  struct field fields[FRAME_FIELDS_MAX];
  if (frame_split(frame.data, frame.len, fields) != 1 || !field_is(fields[0], "run"))
    protocol_broken("expected run at the gate");
  return 0;
}

static void default_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * Closes all above stdio but the channel, and for real: close-on-exec alone would let the image
 * name /proc/self/fd/7 as its program (CVE-2024-21626).
 */
static int only_channel_left(struct ctx *ctx) {
  enum { CHANNEL = 3 };
  if (ctx->channel != CHANNEL && dup3(ctx->channel, CHANNEL, O_CLOEXEC) < 0)
    return -1;
  ctx->channel = CHANNEL;
  ctx->root_fd = -1;
  return sys_close_range(CHANNEL + 1, ~0U, 0);
}

/*
 * exec CANDIDATES ARGV ENV
 *
 * Tries the candidates in order, as execvp(3) does: missing ones are passed over, a forbidden
 * one is remembered, any other failure ends the search. Every descriptor above 2 is closed by
 * the exec; the channel's end of file tells the monitor that the program runs.
 */
int op_exec(struct ctx *ctx, const struct field arg[]) {
  autofree char **candidates = list_vector(arg[0]);
  autofree char **argv = list_vector(arg[1]);
  autofree char **env = list_vector(arg[2]);
  const char *denied = NULL;
  int denied_errno = EACCES;
  if (only_channel_left(ctx) < 0)
    return failed(ctx, "descriptors");
  default_signals();
  for (int i = 0; candidates[i] != NULL; i++) {
    execve(candidates[i], argv, env);
    if (errno == EACCES) {
      struct stat st;
      denied_errno = stat(candidates[i], &st) == 0 && S_ISDIR(st.st_mode) ? EISDIR : EACCES;
      denied = candidates[i];
    } else if (errno != ENOENT && errno != ENOTDIR) {
      return failed(ctx, candidates[i]);
    } else if (access(candidates[i], F_OK) == 0) {
      errno = ELIBBAD; /* the file is there: what its first line or header names is not */
      return failed(ctx, candidates[i]);
    }
  }
  errno = denied != NULL ? denied_errno : ENOENT;
  return failed(ctx, denied != NULL ? denied : argv[0]);
}
