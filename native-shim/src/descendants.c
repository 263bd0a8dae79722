/* SPDX-License-Identifier: Apache-2.0 */
#include "descendants.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"

enum { ROUND_MS = 1, ROUNDS_MAX = 5000 };

/* proc_pid_stat(5): the name may hold anything, so what follows is counted from its last ")". */
static pid_t parent_of(pid_t pid) {
  char name[32], text[512];
  snprintf(name, sizeof name, "/proc/%d/stat", pid);
  autofd fd = open(name, O_RDONLY | O_CLOEXEC);
  const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  text[n > 0 ? n : 0] = '\0';
  const char *end = strrchr(text, ')');
  int parent = -1;
  return end != NULL && sscanf(end + 1, " %*c %d", &parent) == 1 ? parent : -1;
}

/* Ends the children that there are, and collects the dead among them; how many it found. */
static int end_children(pid_t spared) {
  int found = 0;
  DIR *proc = opendir("/proc");
  if (proc == NULL)
    return 0;
  for (struct dirent *entry; (entry = readdir(proc)) != NULL;) {
    const pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
    if (pid <= 1 || pid == spared || parent_of(pid) != getpid())
      continue;
    found++;
    /* A child stays a zombie until we collect it: its number cannot become another's. */
    kill(pid, SIGKILL);
    waitpid(pid, NULL, WNOHANG);
  }
  closedir(proc);
  return found;
}

static bool childless(void) {
  siginfo_t info;
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0;
}

void descendants_end(pid_t spared) {
  const struct timespec pause = { .tv_nsec = ROUND_MS * 1000000L };
  for (int round = 0; round < ROUNDS_MAX && !childless(); round++) {
    if (end_children(spared) == 0)
      return;
    nanosleep(&pause, NULL);
  }
}
