/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reaper PROGRAM ARG...
 *
 * Runs a test file where there is no right to give it a PID namespace: all that it starts stays
 * below this process, orphans too (prctl(2), PR_SET_CHILD_SUBREAPER), their zombies are reaped,
 * and what is left at the end is killed.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BROKEN = 125 };

/* Those of a subordinate id cannot be killed, but they go with their guard. */
static int kill_children(void) {
  int killed = 0;
  int pid;
  FILE *children = fopen("/proc/thread-self/children", "re");
  if (children == NULL)
    return 0;
  while (fscanf(children, "%d", &pid) == 1)
    killed += kill(pid, SIGKILL) == 0;
  fclose(children);
  return killed;
}

int main(int argc, char *argv[]) {
  int status;
  pid_t ended;
  if (argc < 2 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
    return BROKEN;
  const pid_t program = fork();
  if (program == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    _exit(BROKEN);
  }
  do
    ended = waitpid(-1, &status, 0);
  while (ended != program && (ended > 0 || errno == EINTR));
  while (kill_children() > 0) /* their children are ours next */
    while (waitpid(-1, NULL, 0) < 0 && errno == EINTR)
      ;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
