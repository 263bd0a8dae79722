/* SPDX-License-Identifier: Apache-2.0 */
/* What init can do: a table of operations, performed strictly in the order in which they come. */
#ifndef TSBUILD_OPS_H
#define TSBUILD_OPS_H

#include <stdbool.h>

#include "frame.h"

#define PROTOCOL "tsbuild-shim/2"

enum { OP_ARGS_MAX = 8 };

struct ctx {
  int root_fd;       /* O_PATH descriptor of the container's root; targets resolve below it */
  int channel;       /* to the monitor */
  bool host_sources; /* the monitor opens what is bound: see host_side.h */
  int err;           /* errno of the failing call, 0 while all is well */
  char detail[2048]; /* path or name at fault, cut to fit */
};

typedef int op_run(struct ctx *ctx, const struct field arg[]);

struct op {
  const char *name;
  int argc;
  op_run *run;     /* 0, or -1 with ctx->err and ctx->detail set by failed() */
  unsigned binary; /* arguments that are bytes or lists, a bit each; all others are text */
};

/* Notes where it failed. errno is copied first: cleanup may overwrite it. Returns -1. */
int failed(struct ctx *ctx, const char *detail);

/* Performs the ops of one message; ends with a reply: `done`, `ready` or `error`. */
void ops_perform(struct ctx *ctx, struct cursor *ops);

/* Tag, then name and number of arguments of every op, a line each: compared with ops.ts. */
void ops_print(void);

op_run op_unshare, op_hostname, op_domainname, op_link_up, op_propagation;
op_run op_rootfs_mount, op_rootfs_bind, op_rootfs_readonly, op_pivot;
op_run op_rootfs_open, op_chroot;
op_run op_mount, op_bind, op_mask, op_readonly, op_mount_points;
op_run op_overlay, op_tmpfs_copy, op_own_tree;
op_run op_mkdir, op_workdir, op_symlink, op_mknod, op_bind_device, op_console, op_read_file;
op_run op_groups, op_setid, op_bounding, op_keep_caps, op_capabilities, op_ambient;
op_run op_apparmor, op_no_new_privs, op_seccomp, op_seccomp_notify, op_rlimit, op_umask;
op_run op_session, op_keyring;
op_run op_sysctl, op_death_signal, op_host_sources, op_rootfs_mapped;
op_run op_own_stdio, op_chdir, op_hook, op_gate, op_exec;

#endif
