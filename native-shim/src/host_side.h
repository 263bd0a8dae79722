/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What init lets the monitor do: root of a user namespace whose ids are not ours cannot reach what
 * only we may read, nor show files with other ids. Init asks over its channel, and gets a
 * descriptor of a mount that is attached nowhere.
 */
#ifndef TSBUILD_HOST_SIDE_H
#define TSBUILD_HOST_SIDE_H

#include <stdbool.h>

#include "monitor.h"
#include "ops.h"

/* In the monitor: answers what init asks; false when the message is no such question. */
bool host_side_answer(struct monitor *monitor, const struct field *fields, int count);

/*
 * In init: a copy of SOURCE that is not attached, of all that is mounted below it with RECURSIVE
 * (SYS_AT_RECURSIVE). After the op host-sources the monitor opens it. Returns a descriptor, or -1
 * with errno.
 */
int open_source(struct ctx *ctx, const char *source, unsigned recursive);

#endif
