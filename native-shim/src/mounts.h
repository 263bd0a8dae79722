/* SPDX-License-Identifier: Apache-2.0 */
/* Detached mounts: nobody sees them before they are what they shall be. */
#ifndef TSBUILD_MOUNTS_H
#define TSBUILD_MOUNTS_H

#include "ops.h"

struct filesystem {
  const char *type;
  const char *source;
  unsigned attributes; /* MOUNT_ATTR_* */
  char *options;       /* as mount(8) has them; taken apart */
  const char *target;  /* for messages */
};

/* A new one; -1 with ctx set. */
int new_filesystem(struct ctx *ctx, const struct filesystem *wanted);

/* Mounts onto a descriptor; -1 with errno. */
int attach(int mount, int target);

#endif
