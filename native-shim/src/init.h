/* SPDX-License-Identifier: Apache-2.0 */
/* The process that becomes the container's program. */
#ifndef TSBUILD_INIT_H
#define TSBUILD_INIT_H

/* Performs the op lists that come over `channel`; returns only by exec or exit. */
_Noreturn void init_main(int channel);

#endif
