/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "sys.h"

/* A file, not a pipe: a program that reads none of it holds nobody up. */
static int input_file(const struct field input) {
  autofd memory = sys_memfd_create("input", MFD_CLOEXEC);
  for (size_t done = 0; memory >= 0 && done < input.len;) {
    const ssize_t n = write(memory, input.data + done, input.len - done);
    if (n < 0)
      return -1;
    done += (size_t)n;
  }
  return memory < 0 || lseek(memory, 0, SEEK_SET) < 0 ? -1 : steal_fd(&memory);
}

enum { FAILURE_FD = 3 };

/* In the child; `failure` takes the errno of an exec that fails. */
static _Noreturn void become(const struct child *child, int input, int failure, pid_t parent) {
  char **argv = list_vector(child->argv);
  char **env = list_vector(child->env);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != parent) /* it died before that line */
    _exit(125);
  setsid();
  dup2(child->output, STDOUT_FILENO); /* the first: stderr may be what it is */
  dup2(child->output, STDERR_FILENO);
  dup2(input, STDIN_FILENO);
  if (failure != FAILURE_FD)
    dup3(failure, FAILURE_FD, O_CLOEXEC);
  sys_close_range(FAILURE_FD + 1, ~0U, 0);
  execve(child->program, argv, env);
  const int saved = errno;
  _exit(write(FAILURE_FD, &saved, sizeof saved) == sizeof saved ? 127 : 125);
}

pid_t child_start(const struct child *child, int *pidfd) {
  int failure[2], err = 0;
  autofd input = input_file(child->input);
  if (input < 0 || pipe2(failure, O_CLOEXEC) < 0)
    return -1;
  const pid_t parent = getpid();
  const pid_t pid = sys_clone(CLONE_PIDFD, pidfd);
  if (pid == 0)
    become(child, input, failure[1], parent);
  if (pid < 0)
    err = errno;
  close(failure[1]);
  if (read(failure[0], &err, sizeof err) == sizeof err && pid > 0)
    waitpid(pid, NULL, 0);
  close(failure[0]);
  errno = err;
  return err == 0 ? pid : -1;
}

void child_kill(pid_t pid) {
  kill(-pid, SIGKILL);
}

int child_status(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return 125;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
