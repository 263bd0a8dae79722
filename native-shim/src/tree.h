/* SPDX-License-Identifier: Apache-2.0 */
/* Trees of files that others may change meanwhile: by descriptor, never through a link. */
#ifndef TSBUILD_TREE_H
#define TSBUILD_TREE_H

#include <sys/types.h>

/* Gives `path`, and all below when it is a directory, to a user. -1 with errno. */
int tree_own(const char *path, uid_t uid, gid_t gid);

/*
 * Copies what is in the directory `from` to the directory `to`: types, owners, modes, times and
 * extended attributes, each name as a file of its own; also those of the directory itself
 * `with_top`. Sockets are left out. -1 with errno.
 */
int tree_copy(int from, int to, int with_top);

#endif
