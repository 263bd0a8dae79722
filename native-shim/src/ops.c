/* SPDX-License-Identifier: Apache-2.0 */
#include "ops.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "channel.h"

/* The whole vocabulary. native-shim/ops.ts lists the same names and arities. */
static const struct op ops[] = {
  { "unshare", 1, op_unshare, 0 },
  { "hostname", 1, op_hostname, 0 },
  { "domainname", 1, op_domainname, 0 },
  { "link-up", 1, op_link_up, 0 },
  { "propagation", 2, op_propagation, 0 },
  { "rootfs-mount", 6, op_rootfs_mount, 0 },
  { "rootfs-bind", 2, op_rootfs_bind, 0 },
  { "rootfs-mapped", 7, op_rootfs_mapped, 0 },
  { "host-sources", 0, op_host_sources, 0 },
  { "rootfs-readonly", 0, op_rootfs_readonly, 0 },
  { "pivot", 0, op_pivot, 0 },
  { "rootfs-open", 1, op_rootfs_open, 0 },
  { "chroot", 0, op_chroot, 0 },
  { "mount", 5, op_mount, 0 },
  { "bind", 7, op_bind, 0 },
  { "mask", 1, op_mask, 0 },
  { "readonly", 1, op_readonly, 0 },
  { "mount-points", 1, op_mount_points, 0 },
  { "overlay", 6, op_overlay, 0 },
  { "tmpfs-copy", 5, op_tmpfs_copy, 0 },
  { "own-tree", 3, op_own_tree, 0 },
  { "mkdir", 2, op_mkdir, 0 },
  { "workdir", 4, op_workdir, 0 },
  { "symlink", 2, op_symlink, 0 },
  { "mknod", 7, op_mknod, 0 },
  { "bind-device", 5, op_bind_device, 0 },
  { "console", 2, op_console, 0 },
  { "read-file", 2, op_read_file, 0 },
  { "groups", 1, op_groups, ARG(0) },
  { "setid", 2, op_setid, 0 },
  { "bounding", 1, op_bounding, 0 },
  { "keep-caps", 0, op_keep_caps, 0 },
  { "capabilities", 3, op_capabilities, 0 },
  { "ambient", 1, op_ambient, 0 },
  { "apparmor", 1, op_apparmor, 0 },
  { "no-new-privs", 0, op_no_new_privs, 0 },
  { "seccomp", 2, op_seccomp, ARG(1) },
  { "seccomp-notify", 2, op_seccomp_notify, ARG(1) },
  { "rlimit", 3, op_rlimit, 0 },
  { "umask", 1, op_umask, 0 },
  { "sysctl", 2, op_sysctl, 0 },
  { "death-signal", 1, op_death_signal, 0 },
  { "session", 0, op_session, 0 },
  { "keyring", 1, op_keyring, 0 },
  { "own-stdio", 2, op_own_stdio, 0 },
  { "chdir", 1, op_chdir, 0 },
  { "hook", 6, op_hook, ARG(2) | ARG(3) | ARG(4) },
  { "gate", 0, op_gate, 0 },
  { "exec", 3, op_exec, ARG(0) | ARG(1) | ARG(2) },
};

enum { OPS = sizeof ops / sizeof *ops };

int failed(struct ctx *ctx, const char *detail) {
  ctx->err = errno;
  snprintf(ctx->detail, sizeof ctx->detail, "%s", detail);
  return -1;
}

static const struct op *find_op(struct field name) {
  for (int i = 0; i < OPS; i++)
    if (field_is(name, ops[i].name))
      return &ops[i];
  return NULL;
}

static void reply(struct ctx *ctx, const char *name) {
  autoframe frame = { 0 };
  frame_text(&frame, name);
  if (channel_send(ctx->channel, &frame, -1) < 0)
    _exit(125);
}

static void reply_error(struct ctx *ctx, const char *op, int index) {
  autoframe frame = { 0 };
  frame_text(&frame, "error");
  frame_text(&frame, op);
  frame_number(&frame, index);
  frame_number(&frame, ctx->err);
  frame_text(&frame, ctx->detail);
  if (channel_send(ctx->channel, &frame, -1) < 0)
    _exit(125);
}

void ops_perform(struct ctx *ctx, struct cursor *cursor) {
  struct field name;
  for (int index = 0; cursor_next(cursor, &name); index++) {
    const struct op *op = find_op(name);
    if (op == NULL)
      protocol_broken("unknown op");
    struct field arg[OP_ARGS_MAX];
    for (int i = 0; i < op->argc; i++)
      if (!cursor_next(cursor, &arg[i]))
        protocol_broken("op with too few arguments");
    check_texts(arg, op->argc, op->binary);
    ctx->err = 0;
    ctx->detail[0] = '\0';
    if (op->run(ctx, arg) < 0) {
      reply_error(ctx, op->name, index);
      return;
    }
  }
  if (cursor->at != cursor->end)
    protocol_broken("malformed op list");
  reply(ctx, "done");
}

void ops_print(void) {
  printf("%s\n", PROTOCOL);
  for (int i = 0; i < OPS; i++)
    printf("%s %d\n", ops[i].name, ops[i].argc);
}
