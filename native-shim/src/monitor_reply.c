/* SPDX-License-Identifier: Apache-2.0 */
/* What the monitor answers TypeScript. */
#include "frame.h"
#include "monitor.h"

void reply_frame(struct monitor *monitor, const struct frame *frame) {
  if (monitor->control >= 0)
    frame_write(monitor->control, frame); /* a peer that is gone is seen as end of file */
}

void reply_ok(struct monitor *monitor) {
  autoframe frame = { 0 };
  frame_text(&frame, "ok");
  reply_frame(monitor, &frame);
}

void reply_error(struct monitor *monitor, const char *where, int err, const char *detail) {
  autoframe frame = { 0 };
  frame_text(&frame, "error");
  frame_text(&frame, where);
  frame_number(&frame, -1);
  frame_number(&frame, err);
  frame_text(&frame, detail);
  reply_frame(monitor, &frame);
}
