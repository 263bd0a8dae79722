/* SPDX-License-Identifier: Apache-2.0 */
#include "init_start.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "cleanup.h"
#include "init.h"
#include "join.h"
#include "sys.h"

static _Noreturn void become_init(const struct guard_start *start, int children) {
  close(children);
  close(start->channel);
  for (int i = 0; i < start->joins->count; i++)
    close(start->joins->fd[i]);
  for (int fd = 0; fd <= 2; fd++)
    if (start->stdio[fd] != fd && dup2(start->stdio[fd], fd) < 0)
      _exit(125);
  for (int fd = 0; fd <= 2; fd++)
    if (start->stdio[fd] > 2)
      close(start->stdio[fd]);
  init_main(start->init_channel);
}

static struct init_started clone_init(const struct guard_start *start, int children,
                                      unsigned long more_flags) {
  struct init_started started = { .pidfd = -1, .where = "clone" };
  started.pid = sys_clone(start->clone_flags | more_flags | CLONE_PIDFD, &started.pidfd);
  if (started.pid == 0)
    become_init(start, children);
  started.err = started.pid < 0 ? errno : 0;
  return started;
}

/*
 * A process of its own enters the namespaces, for the guard stays where it is; what it clones from
 * there is the guard's child all the same (CLONE_PARENT).
 */
static _Noreturn void stage_main(const struct guard_start *start, int children, int out) {
  struct init_started started = { .pid = -1, .pidfd = -1, .where = "join" };
  if (joins_enter(start->joins, &started.flag) < 0)
    started.err = errno;
  else
    started = clone_init(start, children, CLONE_PARENT);
  autoframe frame = { 0 };
  frame_number(&frame, started.pid);
  frame_number(&frame, started.err);
  frame_text(&frame, started.where);
  frame_number(&frame, started.flag);
  _exit(channel_send(out, &frame, started.pidfd) < 0 ? 125 : 0);
}

static struct init_started hear_stage(int channel) {
  static const char *const places[] = { "clone", "join", NULL };
  struct init_started started = { .pid = -1, .pidfd = -1, .where = "clone", .err = ESRCH };
  autoframe frame = { 0 };
  struct field fields[FRAME_FIELDS_MAX];
  if (channel_receive(channel, &frame, &started.pidfd) != 1)
    return started;
  if (frame_split(frame.data, frame.len, fields) != 4)
    protocol_broken("unexpected message of a stage");
  started.pid = (pid_t)field_number(fields[0]);
  started.err = (int)field_number(fields[1]);
  started.where = places[field_choice(fields[2], places, "unknown place")];
  started.flag = (int)field_number(fields[3]);
  return started;
}

struct init_started init_start(const struct guard_start *start, int children) {
  if (start->joins->count == 0)
    return clone_init(start, children, 0);
  struct init_started failed = { .pid = -1, .pidfd = -1, .where = "clone" };
  int ends[2];
  if (channel_pair(ends) < 0) {
    failed.err = errno;
    return failed;
  }
  const pid_t stage = fork();
  if (stage == 0) {
    close(ends[0]);
    stage_main(start, children, ends[1]);
  }
  failed.err = errno;
  close(ends[1]);
  const struct init_started started = stage < 0 ? failed : hear_stage(ends[0]);
  close(ends[0]);
  if (stage > 0)
    waitpid(stage, NULL, 0);
  return started;
}
