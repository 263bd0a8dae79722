/* SPDX-License-Identifier: Apache-2.0 */
#include "init.h"

#include <errno.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "channel.h"
#include "ops.h"

/*
 * Becomes uid 0 of the user namespace once the monitor has written its maps: what is unshared
 * from then on belongs to that namespace. Without one it is uid 0 already, or fails like one.
 */
static void wait_for_maps(int channel) {
  autoframe frame = { 0 };
  struct field fields[FRAME_FIELDS_MAX];
  if (channel_receive(channel, &frame, NULL) != 1)
    _exit(125);
  if (frame_split(frame.data, frame.len, fields) != 1 || !field_is(fields[0], "mapped"))
    protocol_broken("expected mapped before any op");
  if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
    protocol_broken("cannot become uid 0 of the namespace");
  /* Only now: the files of a non-dumpable process belong to the outer root, and so do its maps. */
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

_Noreturn void init_main(int channel) {
  struct ctx ctx = { .root_fd = -1, .channel = channel };
  wait_for_maps(channel);
  for (;;) {
    autoframe frame = { 0 };
    if (channel_receive(channel, &frame, NULL) != 1)
      _exit(125);
    struct cursor cursor = { frame.data, frame.data + frame.len };
    struct field name;
    if (!cursor_next(&cursor, &name) || !field_is(name, "ops"))
      protocol_broken("expected ops");
    ops_perform(&ctx, &cursor);
    channel = ctx.channel;
  }
}
