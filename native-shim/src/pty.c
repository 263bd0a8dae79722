/* SPDX-License-Identifier: Apache-2.0 */
#include "pty.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "cleanup.h"

enum { DEVPTS_MAGIC = 0x1cd1, PTS_MAJOR_MIN = 136, PTS_MAJOR_MAX = 143 };

int pty_open_slave(int master) {
  autofd slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  struct statfs fs;
  struct stat st;
  if (slave < 0 || fstatfs(slave, &fs) < 0 || fstat(slave, &st) < 0)
    return -1;
  if (fs.f_type != DEVPTS_MAGIC || major(st.st_rdev) < PTS_MAJOR_MIN ||
      major(st.st_rdev) > PTS_MAJOR_MAX) {
    errno = ENODEV;
    return -1;
  }
  return steal_fd(&slave);
}
