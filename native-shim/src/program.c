/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "sys.h"

static bool is_program(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

bool program_find(const char *name, char *path, size_t size) {
  const char *rest = getenv("PATH");
  if (strchr(name, '/') != NULL) {
    snprintf(path, size, "%s", name);
    return is_program(path);
  }
  while (rest != NULL && *rest != '\0') {
    const size_t len = strcspn(rest, ":");
    const int need = snprintf(path, size, "%.*s/%s", (int)len, rest, name);
    if (len > 0 && need > 0 && (size_t)need < size && is_program(path))
      return true;
    rest += len + (rest[len] == ':');
  }
  return false;
}

pid_t program_start(char *const argv[], int output) {
  char path[PATH_MAX];
  if (!program_find(argv[0], path, sizeof path)) {
    errno = ENOENT;
    return -1;
  }
  const pid_t pid = fork();
  if (pid != 0)
    return pid;
  setenv("LC_ALL", "C", 1);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  sys_close_range(STDERR_FILENO + 1, ~0U, 0);
  execv(path, argv);
  _exit(127);
}

int program_wait(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return 127;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int program_output(char *const argv[], char *output, size_t size) {
  output[0] = '\0';
  autofd words = sys_memfd_create("output", MFD_CLOEXEC);
  if (words < 0)
    return 127;
  const pid_t pid = program_start(argv, words);
  if (pid < 0) {
    snprintf(output, size, "%s: %s", argv[0], strerror(errno));
    return 127;
  }
  const int status = program_wait(pid);
  const ssize_t n = pread(words, output, size - 1, 0);
  output[n > 0 ? n : 0] = '\0';
  return status;
}
