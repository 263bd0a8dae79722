/* SPDX-License-Identifier: Apache-2.0 */
#include "ops.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"

/* The whole vocabulary. native-shim/ops.ts lists the same names and arities. */
static const struct op ops[] = {
  { "unshare", 1, op_unshare },
  { "hostname", 1, op_hostname },
  { "domainname", 1, op_domainname },
  { "link-up", 1, op_link_up },
  { "propagation", 2, op_propagation },
  { "rootfs-mount", 6, op_rootfs_mount },
  { "rootfs-bind", 2, op_rootfs_bind },
  { "rootfs-readonly", 0, op_rootfs_readonly },
  { "pivot", 0, op_pivot },
  { "mount", 5, op_mount },
  { "bind", 7, op_bind },
  { "mask", 1, op_mask },
  { "readonly", 1, op_readonly },
  { "mkdir", 2, op_mkdir },
  { "symlink", 2, op_symlink },
  { "mknod", 7, op_mknod },
  { "bind-device", 5, op_bind_device },
  { "console", 2, op_console },
  { "read-file", 2, op_read_file },
  { "groups", 1, op_groups },
  { "setid", 2, op_setid },
  { "bounding", 1, op_bounding },
  { "keep-caps", 0, op_keep_caps },
  { "capabilities", 3, op_capabilities },
  { "ambient", 1, op_ambient },
  { "no-new-privs", 0, op_no_new_privs },
  { "seccomp", 2, op_seccomp },
  { "rlimit", 3, op_rlimit },
  { "umask", 1, op_umask },
  { "session", 0, op_session },
  { "keyring", 1, op_keyring },
  { "own-stdio", 2, op_own_stdio },
  { "chdir", 1, op_chdir },
  { "gate", 0, op_gate },
  { "exec", 3, op_exec },
};

enum { OPS = sizeof ops / sizeof *ops };

int failed(struct ctx *ctx, const char *detail) {
  ctx->err = errno;
  snprintf(ctx->detail, sizeof ctx->detail, "%s", detail);
  return -1;
}

static const struct op *find_op(const char *name) {
  for (int i = 0; i < OPS; i++)
    if (strcmp(ops[i].name, name) == 0)
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
    const struct op *op = find_op(name.data);
    if (op == NULL)
      protocol_broken("unknown op");
    struct field arg[OP_ARGS_MAX];
    for (int i = 0; i < op->argc; i++)
      if (!cursor_next(cursor, &arg[i]))
        protocol_broken("op with too few arguments");
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
