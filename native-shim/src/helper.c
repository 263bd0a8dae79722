/* SPDX-License-Identifier: Apache-2.0 */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "channel.h"
#include "cleanup.h"
#include "sys.h"

enum { OUTPUT_BYTES_MAX = 4096 };
enum { NAME, ARGV, ENV, USERNS, INPUT, READY_FD, NOTICE };

/* Descriptors 0 to 2, and 3 where that is the one to say "ready" on; all others are closed. */
static bool set_descriptors(int input, int output, int ready, int ready_fd) {
  const int kept = fcntl(ready, F_DUPFD_CLOEXEC, 10);
  if (kept < 0 || dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
      dup2(output, STDERR_FILENO) < 0 || dup2(kept, ready_fd) < 0)
    return false;
  sys_close_range((ready_fd > STDERR_FILENO ? (unsigned)ready_fd : STDERR_FILENO) + 1, ~0U, 0);
  return true;
}

static bool enter_user_namespace(const char *path) {
  if (*path == '\0')
    return true;
  autofd fd = open(path, O_RDONLY | O_CLOEXEC);
  return fd >= 0 && setns(fd, CLONE_NEWUSER) == 0;
}

static _Noreturn void give_up(int output, const char *what) {
  dprintf(output, "%s: %s", what, strerror(errno));
  _exit(127);
}

static _Noreturn void run_helper(const struct field arg[HELPER_FIELDS], int ready, int output) {
  char **argv = list_vector(arg[ARGV]);
  char **env = list_vector(arg[ENV]);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  const int input = open(arg[INPUT].data, O_RDONLY | O_CLOEXEC);
  if (input < 0)
    give_up(output, arg[INPUT].data);
  if (!enter_user_namespace(arg[USERNS].data))
    give_up(output, arg[USERNS].data);
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* a change of credentials takes it back */
  if (!set_descriptors(input, output, ready, (int)field_number(arg[READY_FD])))
    give_up(output, "dup2");
  execve(argv[0], argv, env);
  give_up(STDERR_FILENO, argv[0]);
}

static void send_failed(const char *name, int channel, int status, const char *text, size_t len) {
  autoframe frame = { 0 };
  frame_text(&frame, "helper-failed");
  frame_text(&frame, name);
  frame_number(&frame, status);
  frame_bytes(&frame, text, len);
  channel_send(channel, &frame, -1);
}

/* It ended before it was ready: what it said is why. */
static void send_output(const struct helper *helper, int channel, int status) {
  char text[OUTPUT_BYTES_MAX];
  const ssize_t n = pread(helper->output, text, sizeof text, 0);
  send_failed(helper->name, channel, status, text, n > 0 ? (size_t)n : 0);
}

static struct helper *free_slot(struct helper helpers[HELPERS_MAX]) {
  for (int i = 0; i < HELPERS_MAX; i++)
    if (helpers[i].pid == 0)
      return &helpers[i];
  return NULL;
}

/* The slot is free again. */
static void forget(struct helper *helper) {
  if (helper->ready_fd >= 0)
    close(helper->ready_fd);
  if (helper->output >= 0)
    close(helper->output);
  free(helper->name);
  free(helper->notice);
  *helper = (struct helper){ .ready_fd = -1, .output = -1 };
}

void helper_start(struct helper helpers[HELPERS_MAX], int channel,
                  const struct field arg[HELPER_FIELDS]) {
  static const char too_many[] = "too many helpers";
  struct helper *helper = free_slot(helpers);
  if (helper == NULL) {
    send_failed(arg[NAME].data, channel, 125, too_many, strlen(too_many));
    return;
  }
  int ready[2] = { -1, -1 };
  *helper = (struct helper){
    .ready_fd = -1,
    .output = sys_memfd_create("output", MFD_CLOEXEC),
    .name = strdup(arg[NAME].data),
    .notice = strdup(arg[NOTICE].data),
  };
  if (helper->output >= 0 && pipe2(ready, O_CLOEXEC) == 0)
    helper->pid = fork();
  if (helper->output < 0 || ready[0] < 0 || helper->pid < 0) {
    send_failed(arg[NAME].data, channel, 125, strerror(errno), strlen(strerror(errno)));
    forget(helper);
    return;
  }
  if (helper->pid == 0)
    run_helper(arg, ready[1], helper->output);
  close(ready[1]);
  helper->ready_fd = ready[0];
}

int helper_ready_fd(const struct helper *helper) {
  return helper->pid == 0 || helper->ready ? -1 : helper->ready_fd;
}

void helper_ready(struct helper *helper, int channel) {
  char byte;
  const ssize_t n = read(helper->ready_fd, &byte, 1);
  close(helper->ready_fd);
  helper->ready_fd = -1;
  if (n != 1)
    return; /* closed without a word: its end, reported when it is reaped */
  helper->ready = true;
  autoframe frame = { 0 };
  frame_text(&frame, "helper-ready");
  frame_text(&frame, helper->name);
  channel_send(channel, &frame, -1);
}

void helper_reaped(struct helper helpers[HELPERS_MAX], int channel, pid_t pid, int status) {
  for (int i = 0; i < HELPERS_MAX; i++) {
    struct helper *helper = &helpers[i];
    if (helper->pid != pid)
      continue;
    if (!helper->ready) {
      send_output(helper, channel, status);
    } else {
      autoframe frame = { 0 };
      frame_text(&frame, "helper-exit");
      frame_text(&frame, helper->name);
      frame_number(&frame, status);
      frame_text(&frame, helper->notice);
      channel_send(channel, &frame, -1);
    }
    forget(helper);
  }
}
