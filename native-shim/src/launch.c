/* SPDX-License-Identifier: Apache-2.0 */
#include "launch.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cleanup.h"
#include "ladder.h"
#include "launch_table.h"
#include "monitor.h"
#include "program.h"
#include "record.h"
#include "seal.h"
#include "sys.h"

enum { CONTROL_FD = 3, OUR_FAILURE = 125 };

static const char *find_verb(char *argv[]) {
  for (int i = 1; argv[i] != NULL; i++) {
    if (argv[i][0] != '-')
      return argv[i];
    for (size_t v = 0; v < sizeof value_options / sizeof *value_options; v++)
      if (strcmp(argv[i], value_options[v]) == 0 && argv[i + 1] != NULL)
        i++;
  }
  return "";
}

static bool enters_namespace(const char *verb) {
  for (size_t i = 0; i < sizeof entering_verbs / sizeof *entering_verbs; i++)
    if (strcmp(verb, entering_verbs[i]) == 0)
      return true;
  return false;
}

/* Descriptors 0 to 2 exist from here on: nothing of ours must land there. */
static void fill_stdio(void) {
  int fd;
  do
    fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  while (fd >= 0 && fd <= 2 && fcntl(fd, F_SETFD, 0) == 0);
  if (fd > 2)
    close(fd);
}

/* The script lies beside the program, wherever links to it stand. */
static void record_place(struct record *record) {
  char program[PATH_MAX], script[PATH_MAX + sizeof MAIN_SCRIPT];
  const ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
  if (len < 0) {
    dprintf(STDERR_FILENO, "%s", NO_PROC_TEXT);
    _exit(OUR_FAILURE);
  }
  program[len] = '\0';
  char *slash = strrchr(program, '/');
  record_line(record, "program %s", program);
  snprintf(script, sizeof script, "%.*s/%s", slash == NULL ? 0 : (int)(slash - program), program,
           MAIN_SCRIPT);
  record_line(record, "main %s", script);
}

/* What these variables do to Node they are not to do to us; Node hands them on to containers. */
static void set_aside_variables(void) {
  char name[64];
  for (size_t i = 0; i < sizeof node_variables / sizeof *node_variables; i++) {
    const char *value = getenv(node_variables[i]);
    snprintf(name, sizeof name, "%s%s", SAVED_PREFIX, node_variables[i]);
    if (value != NULL)
      setenv(name, value, 1);
    else
      unsetenv(name);
    unsetenv(node_variables[i]);
  }
}

static _Noreturn void exec_node(const char *record, char *argv[]) {
  char node[PATH_MAX], main_script[PATH_MAX];
  const char *wanted = getenv(NODE_VARIABLE);
  if (wanted == NULL || *wanted == '\0')
    wanted = NODE_PROGRAM;
  if (!program_find(wanted, node, sizeof node)) {
    dprintf(STDERR_FILENO, NO_NODE_TEXT, wanted);
    _exit(OUR_FAILURE);
  }
  record_value(record, "main", main_script, sizeof main_script);
  size_t argc = 0;
  while (argv[argc] != NULL)
    argc++;
  autofree char **args = calloc(argc + 2, sizeof *args);
  if (args == NULL)
    _exit(OUR_FAILURE);
  args[0] = node;
  args[1] = main_script;
  memcpy(args + 2, argv + 1, argc * sizeof *args);
  set_aside_variables();
  execv(node, args);
  dprintf(STDERR_FILENO, NO_NODE_TEXT, node);
  _exit(OUR_FAILURE);
}

static struct monitor new_monitor(int control) {
  struct monitor monitor = {
    .control = control,
    .node_status = -1,
    .guard_channel = -1,
    .init_channel = -1,
    .init_pidfd = -1,
    .signals = -1,
    .cwd = -1,
    .console = -1,
    .console_listener = -1,
  };
  relay_init(&monitor.relay);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGCHLD, SIG_DFL); /* a parent that ignores it would have the kernel reap our children */
  return monitor;
}

static _Noreturn void node_child(int socket, pid_t parent, const char *record, char *argv[]) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != parent)
    _exit(OUR_FAILURE);
  if (socket == CONTROL_FD)
    fcntl(socket, F_SETFD, 0);
  else
    dup2(socket, CONTROL_FD);
  sys_close_range(CONTROL_FD + 1, ~0U, 0);
  exec_node(record, argv);
}

/* Second stage: in the namespaces, from the sealed copy. Node plans, we stay. */
static int stay(const char *record, char *argv[]) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
    return OUR_FAILURE;
  const pid_t parent = getpid();
  const pid_t node = fork();
  if (node == 0)
    node_child(ends[1], parent, record, argv);
  close(ends[1]);
  unsetenv(RECORD_VARIABLE);
  struct monitor monitor = new_monitor(ends[0]);
  monitor.node = node;
  return node < 0 ? OUR_FAILURE : monitor_run(&monitor);
}

/* The variable is ours only if we set it: it names the process that did. */
static const char *own_record(void) {
  char pid[16];
  const char *record = getenv(RECORD_VARIABLE);
  if (record == NULL || record_value(record, "pid", pid, sizeof pid) == NULL)
    return NULL;
  return strtol(pid, NULL, 10) == getpid() ? record : NULL;
}

/*
 * Runs on from a copy that nobody can write, where a container could reach us; without any rights
 * there is no wall that it would matter at.
 */
static void run_sealed(struct record *record, int rung, char *argv[]) {
  setenv(RECORD_VARIABLE, record->text, 1);
  seal_exec(argv);
  if (rung == 0)
    _exit(stay(record->text, argv));
  record_tried(record, rung, "seal", errno, strerror(errno));
  record_line(record, "rung 0");
  record_line(record, "entered 0");
  setenv(RECORD_VARIABLE, record->text, 1);
}

int launch_main(char *argv[]) {
  static struct record record;
  fill_stdio();
  const char *entered = own_record();
  if (entered != NULL)
    return stay(entered, argv);

  record_line(&record, "ids %u %u", getuid(), getgid());
  record_place(&record);
  const bool enter = enters_namespace(find_verb(argv));
  const int rung = enter ? ladder_enter(&record) : 0;
  record_line(&record, "pid %ld", (long)getpid());
  record_line(&record, "rung %d", rung);
  record_line(&record, "entered %d", enter);
  record_line(&record, "capabilities %llx", (unsigned long long)ladder_capabilities());
  record_line(&record, "terminals %d %d %d", isatty(0), isatty(1), isatty(2));
  record_maps(&record);
  if (enter)
    run_sealed(&record, rung, argv);
  setenv(RECORD_VARIABLE, record.text, 1);
  exec_node(record.text, argv);
}

/* What a parent may have forgotten to close does not come near a container. */
int shim_main(void) {
  fill_stdio();
  sys_close_range(CONTROL_FD + 1, ~0U, 0);
  fcntl(CONTROL_FD, F_SETFD, FD_CLOEXEC);
  struct monitor monitor = new_monitor(CONTROL_FD);
  return monitor_run(&monitor);
}
