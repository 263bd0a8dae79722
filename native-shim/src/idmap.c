/* SPDX-License-Identifier: Apache-2.0 */
#include "idmap.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"

int idmap_write(long pid, const char *name, const char *text) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%ld/%s", pid, name);
  autofd fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  const size_t len = strlen(text);
  return write(fd, text, len) == (ssize_t)len ? 0 : -1;
}
