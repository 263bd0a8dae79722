/* SPDX-License-Identifier: Apache-2.0 */
/* Resources that are released when the name goes out of scope, on every path. */
#ifndef TSBUILD_CLEANUP_H
#define TSBUILD_CLEANUP_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define autofd __attribute__((cleanup(cleanup_fd))) int
#define autofree __attribute__((cleanup(cleanup_free)))

static inline void cleanup_fd(int *fd) {
  if (*fd >= 0) {
    const int saved = errno;
    close(*fd);
    errno = saved;
  }
}

static inline void cleanup_free(void *pointer) {
  free(*(void **)pointer);
}

/* Hands the descriptor out of its scope. */
static inline int steal_fd(int *fd) {
  const int stolen = *fd;
  *fd = -1;
  return stolen;
}

#endif
