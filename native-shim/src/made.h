/* SPDX-License-Identifier: Apache-2.0 */
/* What is made in the root only to be mounted on is written down, so that it can go again. */
#ifndef TSBUILD_MADE_H
#define TSBUILD_MADE_H

#include <time.h>

/*
 * From now on in `file` of the host, which is made when it is needed; "" for nowhere. Where `fd` is
 * not -1 it is that file, open already, and ours to close.
 */
void made_into(const char *file, int fd);

/*
 * To be called before `path` is made in the directory `parent`, whose time of change goes to
 * `before`: nothing is ever made that is not written down. -1 with errno.
 */
int made_note(int root, int parent, const char *path, struct timespec *before);

/* Afterwards: gives the directory its time back, and writes down that it has it. */
int made_settle(int parent, const struct timespec *before);

#endif
