/* SPDX-License-Identifier: Apache-2.0 */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
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

enum { READY_FD = 3, OUTPUT_BYTES_MAX = 4096 };

static _Noreturn void run_helper(const struct field arg[4], int ready, int output) {
  char **argv = list_vector(arg[1]);
  char **env = list_vector(arg[2]);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  setsid();
  const int kept = fcntl(ready, F_DUPFD_CLOEXEC, 10);
  if (kept < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 || dup2(kept, READY_FD) < 0)
    _exit(127);
  sys_close_range(READY_FD + 1, ~0U, 0);
  execve(argv[0], argv, env);
  dprintf(STDERR_FILENO, "%s: %s", argv[0], strerror(errno));
  _exit(127);
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

void helper_start(struct helper helpers[HELPERS_MAX], int channel, const struct field arg[4]) {
  static const char too_many[] = "too many helpers";
  struct helper *helper = free_slot(helpers);
  if (helper == NULL) {
    send_failed(arg[0].data, channel, 125, too_many, strlen(too_many));
    return;
  }
  int ready[2] = { -1, -1 };
  *helper = (struct helper){
    .ready_fd = -1,
    .output = sys_memfd_create("output", MFD_CLOEXEC),
    .name = strdup(arg[0].data),
    .notice = strdup(arg[3].data),
  };
  if (helper->output >= 0 && pipe2(ready, O_CLOEXEC) == 0)
    helper->pid = fork();
  if (helper->output < 0 || ready[0] < 0 || helper->pid < 0) {
    send_failed(arg[0].data, channel, 125, strerror(errno), strlen(strerror(errno)));
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
