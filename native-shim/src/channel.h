/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages between monitor, guard and init: SOCK_SEQPACKET keeps their borders and carries
 * descriptors (unix(7), SCM_RIGHTS). A message too long for one packet travels as a memfd.
 */
#ifndef TSBUILD_CHANNEL_H
#define TSBUILD_CHANNEL_H

#include "frame.h"

/* Both ends close-on-exec; 0 or -1 with errno. */
int channel_pair(int ends[2]);

/* Sends a message and, when fd >= 0, a descriptor with it; 0 or -1 with errno. */
int channel_send(int channel, const struct frame *frame, int fd);

/*
 * Receives one message into `frame`. *fd is the descriptor that came with it, else -1; where `fd`
 * is NULL none may come.
 * Returns 1, 0 when the other side is gone, -1 with errno.
 */
int channel_receive(int channel, struct frame *frame, int *fd);

#endif
