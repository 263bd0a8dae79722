/* SPDX-License-Identifier: Apache-2.0 */
#include "host_side.h"

#include <errno.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "channel.h"
#include "cleanup.h"
#include "sys.h"

/* opened ERRNO WHERE, and the descriptor where ERRNO is 0 */
static void answer(const struct monitor *monitor, int fd, const char *where) {
  autoframe frame = { 0 };
  frame_text(&frame, "opened");
  frame_number(&frame, fd < 0 ? errno : 0);
  frame_text(&frame, where);
  channel_send(monitor->init_channel, &frame, fd);
}

/* Attaches at DIRECTORY a copy of it with the ids of a user namespace; mount_setattr(2). */
static int map_directory(const char *directory, long init) {
  char name[48];
  snprintf(name, sizeof name, "/proc/%ld/ns/user", init);
  autofd userns = open(name, O_RDONLY | O_CLOEXEC);
  autofd tree = sys_open_tree(AT_FDCWD, directory, SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC);
  struct sys_mount_attr attr = { .attr_set = SYS_ATTR_IDMAP, .userns_fd = (uint64_t)userns };
  if (userns < 0 || tree < 0 || sys_mount_setattr(tree, "", AT_EMPTY_PATH, &attr) < 0)
    return -1;
  return sys_move_mount(tree, "", AT_FDCWD, directory, SYS_MOVE_F_EMPTY_PATH);
}

/* The host's number of root of init's user namespace; its first id where it has no root. */
static unsigned root_id(long init, const char *map) {
  char name[48];
  unsigned inside, outside, count, first = 0;
  snprintf(name, sizeof name, "/proc/%ld/%s", init, map);
  FILE *file = fopen(name, "re");
  bool found = false;
  for (int line = 0; file != NULL && !found; line++) {
    if (fscanf(file, "%u %u %u", &inside, &outside, &count) != 3)
      break;
    found = inside == 0;
    if (found || line == 0)
      first = outside;
  }
  if (file != NULL)
    fclose(file);
  return first;
}

/*
 * What an overlay makes for itself is made with the ids of its mounter, which must exist in the
 * ids that its layers are shown with. Without the fixup a change of them would take capabilities.
 */
static int take_mapped_ids(long init) {
  if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) < 0)
    return -1;
  setfsgid(root_id(init, "gid_map"));
  setfsuid(root_id(init, "uid_map"));
  return 0;
}

/*
 * In a process and a mount namespace of its own, for what is attached on the way is not to be seen:
 * the layers of an overlay may be those of other containers, and it keeps copies of its own.
 */
static _Noreturn void mapped_root(const struct monitor *monitor, const struct field *fields) {
  const char *cwd = fields[1].data, *source = fields[2].data, *target = fields[3].data;
  const char *type = fields[4].data, *path = *type == '\0' ? source : target;
  int fd = -1;
  if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
    answer(monitor, -1, "mount namespace");
  else if (field_number(fields[7]) != 0 &&
           (map_directory(cwd, monitor->init_pid) < 0 || take_mapped_ids(monitor->init_pid) < 0))
    answer(monitor, -1, "id-mapped mount");
  else if (chdir(cwd) < 0 ||
           (*type != '\0' && mount(source, target, type, (unsigned long)field_number(fields[5]),
                                   fields[6].data) < 0))
    answer(monitor, -1, target);
  else {
    fd = sys_open_tree(AT_FDCWD, path, SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC);
    answer(monitor, fd, path);
  }
  _exit(0);
}

bool host_side_answer(struct monitor *monitor, const struct field *fields, int count) {
  if (count == 3 && field_is(fields[0], "open-tree")) {
    const unsigned flags = SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC;
    autofd tree =
        sys_open_tree(AT_FDCWD, fields[1].data, flags | (unsigned)field_number(fields[2]));
    answer(monitor, tree, fields[1].data);
    return true;
  }
  if (count != 8 || !field_is(fields[0], "mapped-root"))
    return false;
  const pid_t child = fork();
  if (child == 0)
    mapped_root(monitor, fields);
  if (child < 0)
    answer(monitor, -1, "fork");
  else
    waitpid(child, NULL, 0);
  return true;
}

/* Init's side: the descriptor, or -1 with errno and, where it is wanted, what was at fault. */
static int ask(struct ctx *ctx, const struct frame *question, char *where, size_t size) {
  autoframe frame = { 0 };
  struct field fields[FRAME_FIELDS_MAX];
  autofd fd = -1;
  if (channel_send(ctx->channel, question, -1) < 0 ||
      channel_receive(ctx->channel, &frame, &fd) != 1)
    _exit(125);
  if (frame_split(frame.data, frame.len, fields) != 3 || !field_is(fields[0], "opened"))
    protocol_broken("expected opened");
  snprintf(where, size, "%s", fields[2].data);
  errno = (int)field_number(fields[1]);
  return errno == 0 ? steal_fd(&fd) : -1;
}

int open_source(struct ctx *ctx, const char *source, unsigned recursive) {
  if (!ctx->host_sources)
    return sys_open_tree(AT_FDCWD, source, SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC | recursive);
  char where[1];
  autoframe frame = { 0 };
  frame_text(&frame, "open-tree");
  frame_text(&frame, source);
  frame_number(&frame, recursive);
  return ask(ctx, &frame, where, sizeof where);
}

/* host-sources: from here on the monitor opens the sources of binds, with its rights. */
int op_host_sources(struct ctx *ctx, const struct field arg[]) {
  (void)arg;
  ctx->host_sources = true;
  return 0;
}

/*
 * rootfs-mapped CWD SOURCE TARGET TYPE FLAGS DATA MAPPED
 *
 * The root file system, mounted by the monitor: as with rootfs-mount, or with an empty TYPE the
 * directory SOURCE itself. With MAPPED 1 all below CWD is shown with the ids of our user namespace,
 * and what is written is stored with those that it has without (Linux 5.19 for overlay). We stack
 * it on "/": the way to TARGET may be closed to us.
 */
int op_rootfs_mapped(struct ctx *ctx, const struct field arg[]) {
  char where[sizeof ctx->detail];
  autoframe frame = { 0 };
  frame_text(&frame, "mapped-root");
  for (int i = 0; i < 7; i++)
    frame_bytes(&frame, arg[i].data, arg[i].len);
  ctx->root_fd = ask(ctx, &frame, where, sizeof where);
  if (ctx->root_fd < 0)
    return failed(ctx, where);
  if (sys_move_mount(ctx->root_fd, "", AT_FDCWD, "/", SYS_MOVE_F_EMPTY_PATH) < 0)
    return failed(ctx, "/");
  return 0;
}
