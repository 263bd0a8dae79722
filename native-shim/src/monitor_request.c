/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of TypeScript, a row each. native-shim/messages.ts lists the same. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "cleanup.h"
#include "helper.h"
#include "monitor.h"
#include "ops.h"
#include "requests.h"
#include "sys.h"

static void request_hello(struct monitor *monitor, const struct field *fields) {
  autoframe frame = { 0 };
  (void)fields;
  frame_text(&frame, "hello");
  frame_text(&frame, PROTOCOL);
  reply_frame(monitor, &frame);
}

/* lock PATH exclusive|shared wait|try */
static void request_lock(struct monitor *monitor, const struct field *fields) {
  long holder = 0;
  static const char *const modes[] = { "shared", "exclusive", NULL };
  static const char *const ways[] = { "try", "wait", NULL };
  const struct lock_request request = {
    .path = fields[1].data,
    .exclusive = field_choice(fields[2], modes, "unknown lock mode") == 1,
    .wait = field_choice(fields[3], ways, "unknown lock mode") == 1,
    .asker = monitor->control,
  };
  const int fd = lock_take(&monitor->locks, &request, &holder);
  if (fd < 0 && errno != EWOULDBLOCK) {
    reply_error(monitor, "lock", errno, fields[1].data);
    return;
  }
  autoframe frame = { 0 };
  frame_text(&frame, fd < 0 ? "busy" : "locked");
  frame_number(&frame, fd < 0 ? holder : fd);
  reply_frame(monitor, &frame);
}

static void request_unlock(struct monitor *monitor, const struct field *fields) {
  if (lock_release(&monitor->locks, (int)field_number(fields[1])))
    reply_ok(monitor);
  else
    reply_error(monitor, "unlock", EBADF, fields[1].data);
}

/* mount CWD SOURCE TARGET TYPE FLAGS DATA: mount(2) in our private mount namespace */
static void request_mount(struct monitor *monitor, const struct field *fields) {
  if (monitor->cwd < 0)
    monitor->cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (chdir(fields[1].data) < 0) {
    reply_error(monitor, "mount", errno, fields[1].data);
    return;
  }
  const int result = mount(fields[2].data, fields[3].data, fields[4].data,
                           (unsigned long)field_number(fields[5]), fields[6].data);
  const int saved = result < 0 ? errno : EIO;
  /* Mounting moved us; our own directory is where the user stands. */
  if (result < 0 || fchdir(monitor->cwd) < 0)
    reply_error(monitor, "mount", saved, fields[3].data);
  else
    reply_ok(monitor);
}

static void request_unmount(struct monitor *monitor, const struct field *fields) {
  if (umount2(fields[1].data, UMOUNT_NOFOLLOW) < 0)
    reply_error(monitor, "unmount", errno, fields[1].data);
  else
    reply_ok(monitor);
}

static void request_start(struct monitor *monitor, const struct field *fields) {
  if (monitor->guard > 0)
    protocol_broken("a second start");
  monitor_start(monitor, fields); /* answered with `pid` when the guard has spoken */
}

/* helper NAME ARGV ENV USERNS INPUT READY-FD NOTICE: see helper.h */
static void request_helper(struct monitor *monitor, const struct field *fields) {
  autoframe frame = { 0 };
  for (int i = 0; i <= HELPER_FIELDS; i++)
    frame_bytes(&frame, fields[i].data, fields[i].len);
  errno = ENOTCONN;
  if (monitor->guard_channel < 0 || channel_send(monitor->guard_channel, &frame, -1) < 0)
    reply_error(monitor, "helper", errno, fields[1].data);
}

/* unlink-at-end PATH: removed when the container has ended; the last one that was named. */
static void request_unlink_at_end(struct monitor *monitor, const struct field *fields) {
  free(monitor->unlink_at_end);
  monitor->unlink_at_end = strdup(fields[1].data);
  if (monitor->unlink_at_end == NULL)
    protocol_broken("out of memory");
  reply_ok(monitor);
}

/* after PROGRAM ARGV ENV INPUT TIMEOUT-MS NOTICES: see after.h */
static void request_after(struct monitor *monitor, const struct field *fields) {
  monitor_block_signals(monitor); /* what would end us ends the container first */
  if (after_keep(&monitor->after, fields))
    reply_ok(monitor);
  else
    reply_error(monitor, "after", errno, fields[1].data);
}

/* hold: the end of the container is not the end of us; until `release`, which has no answer. */
static void request_hold(struct monitor *monitor, const struct field *fields) {
  (void)fields;
  monitor->held = true;
  reply_ok(monitor);
}

static void request_release(struct monitor *monitor, const struct field *fields) {
  (void)fields;
  monitor->held = false;
}

static void request_run(struct monitor *monitor, const struct field *fields) {
  autoframe frame = { 0 };
  if (monitor->external) {
    monitor_external_run(monitor);
    return;
  }
  frame_text(&frame, fields[0].data);
  errno = ENOTCONN;
  if (monitor->init_channel < 0 || channel_send(monitor->init_channel, &frame, -1) < 0)
    reply_error(monitor, "run", errno, "init");
  else
    monitor->run_asked = true;
}

/* follow: TypeScript stays until it has seen the end of the program, and we until it has gone. */
static void request_follow(struct monitor *monitor, const struct field *fields) {
  (void)fields;
  monitor->followed = true;
  reply_ok(monitor);
}

/*
 * exec PROGRAM ARGV ENV: this process becomes the program, when TypeScript, its child, has ended.
 * As a shim it is the child, and dies with its parent.
 */
static void request_exec(struct monitor *monitor, const struct field *fields) {
  char **argv = list_vector(fields[2]);
  char **env = list_vector(fields[3]);
  autoframe ok = { 0 };
  frame_text(&ok, "ok");
  if (monitor->node == 0)
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (frame_write(monitor->control, &ok) < 0) /* it died before that line */
    _exit(125);
  close(monitor->control);
  if (monitor->node > 0)
    waitpid(monitor->node, NULL, 0);
  execve(fields[1].data, argv, env);
  const int saved = errno;
  dprintf(STDERR_FILENO, "%s: %s\n", fields[1].data, strerror(saved));
  _exit(saved == ENOENT ? 127 : 126);
}

static const struct request {
  const char *name;
  int fields;
  void (*run)(struct monitor *monitor, const struct field *fields);
  unsigned binary; /* fields that are lists, a bit each; all others are text */
} requests[] = {
  { "hello", 2, request_hello, 0 },
  { "lock", 4, request_lock, 0 },
  { "unlock", 2, request_unlock, 0 },
  { "mount", 7, request_mount, 0 },
  { "unmount", 2, request_unmount, 0 },
  { "start", 11, request_start, ARG(10) },
  { "helper", HELPER_FIELDS + 1, request_helper, ARG(2) | ARG(3) },
  { "unlink-at-end", 2, request_unlink_at_end, 0 },
  { "guard", 6, request_guard, 0 },
  { "command", 5, request_command, ARG(2) | ARG(3) },
  { "console-socket", 2, request_console_socket, 0 },
  { "adopt", 2, request_adopt, 0 },
  { "last", 6, request_last, ARG(2) | ARG(3) },
  { "after", AFTER_FIELDS, request_after, ARG(2) | ARG(3) | ARG(4) | ARG(6) },
  { "hold", 1, request_hold, 0 },
  { "release", 1, request_release, 0 },
  { "seccomp-agent", 3, monitor_seccomp_agent, 0 },
  { "run", 1, request_run, 0 },
  { "follow", 1, request_follow, 0 },
  { "exec", 4, request_exec, ARG(2) | ARG(3) },
};

enum { REQUESTS = sizeof requests / sizeof *requests };

void requests_print(void) {
  for (int i = 0; i < REQUESTS; i++)
    printf("request %s %d\n", requests[i].name, requests[i].fields - 1);
}

/* An op list of any length goes to init as it is. */
static void forward_ops(struct monitor *monitor, const struct frame *frame) {
  errno = ENOTCONN;
  if (monitor->init_channel < 0 || channel_send(monitor->init_channel, frame, -1) < 0)
    reply_error(monitor, "ops", errno, "init");
}

bool monitor_request(struct monitor *monitor) {
  autoframe frame = { 0 };
  if (frame_read(monitor->control, &frame) != 1)
    return false;
  struct cursor cursor = { frame.data, frame.data + frame.len };
  struct field name;
  if (!cursor_next(&cursor, &name))
    protocol_broken("empty request");
  if (field_is(name, "ops")) {
    forward_ops(monitor, &frame);
    return true;
  }
  struct field fields[FRAME_FIELDS_MAX];
  const int count = frame_split(frame.data, frame.len, fields);
  for (int i = 0; i < REQUESTS; i++) {
    if (!field_is(name, requests[i].name))
      continue;
    if (count != requests[i].fields)
      protocol_broken("request with a wrong number of fields");
    check_texts(fields, count, requests[i].binary);
    requests[i].run(monitor, fields);
    return true;
  }
  protocol_broken("unknown request");
}
