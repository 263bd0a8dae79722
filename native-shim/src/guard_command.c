/* SPDX-License-Identifier: Apache-2.0 */
#include "guard_command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "channel.h"
#include "cleanup.h"
#include "descendants.h"
#include "sys.h"

enum { OUTPUT_BYTES_MAX = 64 << 10, NOTICE_BYTES_MAX = 512 };

int commands_init(struct commands *commands, const struct guard_start *start) {
  *commands = (struct commands){ .stdio = { -1, -1, -1 }, .subreaper = start->subreaper };
  for (int fd = 0; fd <= 2; fd++) {
    commands->stdio[fd] = fcntl(start->stdio[fd], F_DUPFD_CLOEXEC, 3);
    if (commands->stdio[fd] < 0)
      return -1;
  }
  return 0;
}

static void close_one(int *fd) {
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

static void tell(int channel, const struct frame *frame, int fd) {
  if (channel_send(channel, frame, fd) < 0)
    _exit(125); /* the monitor is gone, and everything in this namespace follows us */
}

static void send_failed(int channel, const struct failure *failure) {
  autoframe frame = { 0 };
  frame_text(&frame, "command-failed");
  frame_number(&frame, failure->err);
  frame_text(&frame, failure->where);
  tell(channel, &frame, -1);
}

static void add_output(struct frame *frame, int memory) {
  autofree char *text = malloc(OUTPUT_BYTES_MAX);
  frame_bytes(frame, text, text == NULL ? 0 : command_text(memory, text, OUTPUT_BYTES_MAX));
}

static void send_exit(const struct commands *commands, int channel, int status) {
  autoframe frame = { 0 };
  frame_text(&frame, "command-exit");
  frame_number(&frame, status);
  add_output(&frame, commands->command.output);
  add_output(&frame, commands->command.complaints);
  tell(channel, &frame, -1);
}

static _Noreturn void end(const struct commands *commands, int channel) {
  if (commands->subreaper)
    descendants_end(0); /* before the monitor may end */
  tell(channel, &commands->exit, -1);
  _exit(0); /* the kernel ends what is left with this namespace */
}

/* What the monitor says on stderr: the notice, and what the program wrote first. */
static void send_notice(const struct commands *commands, int channel, int status,
                        const char *notice) {
  char text[NOTICE_BYTES_MAX];
  autoframe frame = { 0 };
  const size_t len = strnlen(notice, sizeof text - 1);
  memcpy(text, notice, len);
  struct failure failure;
  if (command_refused(&commands->command, &failure))
    snprintf(text + len, sizeof text - len, "%s: %s", failure.where, strerror(failure.err));
  else
    text[len + command_text(commands->command.complaints, text + len, sizeof text - 1 - len)] = 0;
  text[strcspn(text, "\n")] = '\0';
  frame_text(&frame, "helper-exit");
  frame_text(&frame, "last");
  frame_number(&frame, status);
  frame_text(&frame, text);
  tell(channel, &frame, -1);
}

static int split_last(const struct commands *commands, struct field fields[FRAME_FIELDS_MAX]) {
  return frame_split(commands->last.data, commands->last.len, fields);
}

static void last_ended(const struct commands *commands, int channel, int status) {
  struct field fields[FRAME_FIELDS_MAX];
  if (status != 0 && split_last(commands, fields) == 6)
    send_notice(commands, channel, status, fields[5].data);
  end(commands, channel);
}

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Nothing runs and nothing will be asked: if init has ended, too, what is last comes now. */
static void end_if_done(struct commands *commands, int channel) {
  struct field fields[FRAME_FIELDS_MAX];
  if (!commands->released || commands->exit.len == 0 || commands->command.pid != 0)
    return;
  if (commands->last.len == 0 || split_last(commands, fields) != 6)
    end(commands, channel);
  if (command_start(&commands->command, &fields[1], NULL) < 0)
    last_ended(commands, channel, 127);
  commands->last_runs = true;
  commands->deadline_ms = now_ms() + field_number(fields[4]);
}

void commands_reaped(struct commands *commands, int channel, int status) {
  struct failure failure;
  if (commands->last_runs)
    last_ended(commands, channel, status);
  if (command_refused(&commands->command, &failure))
    send_failed(channel, &failure);
  else
    send_exit(commands, channel, status);
  command_forget(&commands->command);
  end_if_done(commands, channel);
}

void commands_init_ended(struct commands *commands, int channel, struct frame *exit) {
  commands->exit = *exit;
  *exit = (struct frame){ 0 };
  end_if_done(commands, channel);
}

int commands_wait_ms(const struct commands *commands) {
  if (commands->deadline_ms == 0)
    return -1;
  const long long left = commands->deadline_ms - now_ms();
  return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

void commands_expire(struct commands *commands) {
  if (commands->deadline_ms == 0 || now_ms() < commands->deadline_ms)
    return;
  commands->deadline_ms = 0;
  kill(commands->command.pid, SIGKILL);
}

static void serve_command(struct commands *commands, int channel, const struct field *fields) {
  static const char *const choices[] = { "null", "container", NULL };
  if (commands->command.pid != 0)
    protocol_broken("a second command");
  const bool theirs = field_choice(fields[4], choices, "unknown stdio of a command") == 1;
  if (theirs && commands->stdio[0] < 0)
    protocol_broken("the container has its stdio already");
  if (command_start(&commands->command, &fields[1], theirs ? commands->stdio : NULL) == 0)
    return;
  struct failure failure = { .err = errno, .where = "fork" };
  command_forget(&commands->command);
  send_failed(channel, &failure);
}

static void serve_adopt(struct commands *commands, int channel, const struct field *fields,
                        pid_t *init) {
  autoframe frame = { 0 };
  siginfo_t info;
  const pid_t pid = (pid_t)field_number(fields[1]);
  const bool is_child = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
  autofd pidfd = is_child ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
  if (pidfd < 0) {
    frame_text(&frame, "adopt-failed");
    frame_number(&frame, errno);
    tell(channel, &frame, -1);
    return;
  }
  *init = pid;
  for (int fd = 0; fd <= 2; fd++) /* a reader must see the end when the program closes it */
    close_one(&commands->stdio[fd]);
  frame_text(&frame, "adopted");
  tell(channel, &frame, pidfd);
}

static void keep_last(struct commands *commands, const struct field *fields) {
  frame_free(&commands->last);
  for (int i = 0; i < 6; i++)
    frame_bytes(&commands->last, fields[i].data, fields[i].len);
}

bool commands_serve(struct commands *commands, int channel, const struct field *fields, int count,
                    pid_t *init) {
  if (count == 5 && field_is(fields[0], "command")) {
    serve_command(commands, channel, fields);
  } else if (count == 2 && field_is(fields[0], "adopt")) {
    serve_adopt(commands, channel, fields, init);
  } else if (count == 6 && field_is(fields[0], "last")) {
    keep_last(commands, fields);
  } else if (count == 1 && field_is(fields[0], "run")) {
    commands->released = true;
    end_if_done(commands, channel);
  } else {
    return false;
  }
  return true;
}
