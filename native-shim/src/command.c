/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cleanup.h"
#include "sys.h"

/* A mount namespace of its own, where /proc shows the guard's processes; mount(2). */
static const char *own_proc(void) {
  if (unshare(CLONE_NEWNS) < 0)
    return "mount namespace";
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
    return "/proc";
  return NULL;
}

static _Noreturn void give_up(int pipe, const char *where) {
  struct failure failure = { .err = errno };
  strncpy(failure.where, where, sizeof failure.where - 1);
  _exit(write(pipe, &failure, sizeof failure) == sizeof failure ? 127 : 126);
}

static _Noreturn void run_command(const struct field arg[3], const int stdio[3], int failure) {
  enum { CLOSE_ON_EXEC = 4 }; /* close_range(2), Linux 5.11 */
  char **argv = list_vector(arg[1]);
  char **env = list_vector(arg[2]);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  setsid(); /* what is typed is not for it */
  for (int fd = 0; fd <= 2; fd++)
    if (dup2(stdio[fd], fd) < 0)
      give_up(failure, "stdio");
  if (chdir(arg[0].data) < 0)
    give_up(failure, arg[0].data);
  const char *refused = own_proc();
  if (refused != NULL)
    give_up(failure, refused);
  sys_close_range(3, ~0U, CLOSE_ON_EXEC);
  execve(argv[0], argv, env);
  give_up(failure, argv[0]);
}

int command_start(struct command *command, const struct field arg[3], const int *stdio) {
  int failure[2];
  *command = (struct command){ .output = -1, .complaints = -1, .failure = -1 };
  if (pipe2(failure, O_CLOEXEC) < 0)
    return -1;
  autofd told = failure[1];
  command->failure = failure[0];
  autofd null = open("/dev/null", O_RDWR | O_CLOEXEC);
  command->output = sys_memfd_create("stdout", MFD_CLOEXEC);
  command->complaints = sys_memfd_create("stderr", MFD_CLOEXEC);
  const int captured[3] = { null, command->output, command->complaints };
  if (null < 0 || captured[1] < 0 || captured[2] < 0)
    return -1;
  const pid_t pid = fork();
  if (pid == 0)
    run_command(arg, stdio != NULL ? stdio : captured, told);
  if (pid < 0)
    return -1;
  command->pid = pid;
  return 0;
}

bool command_refused(const struct command *command, struct failure *failure) {
  return read(command->failure, failure, sizeof *failure) == sizeof *failure;
}

size_t command_text(int memory, char *text, size_t size) {
  const ssize_t n = pread(memory, text, size, 0);
  return n > 0 ? (size_t)n : 0;
}

static void close_one(int *fd) {
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

void command_forget(struct command *command) {
  command->pid = 0;
  close_one(&command->failure);
  close_one(&command->output);
  close_one(&command->complaints);
}
