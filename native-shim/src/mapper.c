/* SPDX-License-Identifier: Apache-2.0 */
#include "mapper.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "idmap.h"
#include "launch_table.h"
#include "program.h"
#include "subid.h"
#include "sys.h"

/* What the mapper sends back: how it went, and its part of the record. */
struct outcome {
  int rung;
  struct record record;
};

static int read_text(const char *path, char *text, size_t size) {
  autofd fd = open(path, O_RDONLY | O_CLOEXEC);
  const ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);
  text[n > 0 ? n : 0] = '\0';
  return n < 0 ? -1 : 0;
}

/* Rung 2: every id that exists here, as itself: one line for each extent of our own map. */
static int write_identity(struct record *record, long pid, const char *own, const char *name) {
  char text[4096], map[4096] = "";
  size_t len = 0;
  if (read_text(own, text, sizeof text) < 0) {
    record_tried(record, 2, name, errno, strerror(errno));
    return -1;
  }
  char *rest = text;
  for (char *line; (line = strsep(&rest, "\n")) != NULL && len < sizeof map;) {
    unsigned inside, outside, count;
    if (sscanf(line, "%u %u %u", &inside, &outside, &count) == 3)
      len += (size_t)snprintf(map + len, sizeof map - len, "%u %u %u\n", inside, inside, count);
  }
  if (idmap_write(pid, name, map) == 0)
    return 0;
  record_tried(record, 2, name, errno, strerror(errno));
  return -1;
}

enum { MAP_ARGS_MAX = 2 + 3 * (SUBID_RANGES_MAX + 1) + 1, NUMBER_BYTES = 12 };

struct map_command {
  char *argv[MAP_ARGS_MAX];
  char number[MAP_ARGS_MAX][NUMBER_BYTES];
  int argc;
};

static void add_number(struct map_command *command, unsigned number) {
  char *text = command->number[command->argc];
  snprintf(text, NUMBER_BYTES, "%u", number);
  command->argv[command->argc++] = text;
}

/* newuidmap(1): PID, then INSIDE OUTSIDE COUNT of each extent; ours becomes 0. */
static void map_command(struct map_command *command, const char *program, long pid, unsigned own,
                        const struct subid_range *ranges, int count) {
  unsigned inside = 1;
  command->argv[0] = (char *)(uintptr_t)program;
  command->argc = 1;
  add_number(command, (unsigned)pid);
  add_number(command, 0);
  add_number(command, own);
  add_number(command, 1);
  for (int i = 0; i < count; i++) {
    add_number(command, inside);
    add_number(command, ranges[i].start);
    add_number(command, ranges[i].count);
    inside += ranges[i].count;
  }
  command->argv[command->argc] = NULL;
}

static int finish_map(struct record *record, pid_t pid, int output, const char *program,
                      int start_errno) {
  char words[512];
  if (pid < 0) {
    record_tried(record, 3, program, start_errno, strerror(start_errno));
    return -1;
  }
  const int status = program_wait(pid);
  if (status == 0)
    return 0;
  const ssize_t n = pread(output, words, sizeof words - 1, 0);
  words[n > 0 ? n : 0] = '\0';
  char text[640];
  snprintf(text, sizeof text, "exit code %d: %s", status, words);
  record_tried(record, 3, program, EPERM, text);
  return -1;
}

/* Rung 3. Both helpers at once: each takes about a millisecond. */
static int write_subordinate(struct record *record, long pid, uid_t uid, gid_t gid) {
  static const struct subid_files uid_files = SUBUID_FILES, gid_files = SUBGID_FILES;
  struct subid_range uids[SUBID_RANGES_MAX], gids[SUBID_RANGES_MAX];
  const int uid_count = subid_ranges(&uid_files, uid, uids);
  const int gid_count = subid_ranges(&gid_files, uid, gids);
  if (uid_count == 0 || gid_count == 0) {
    record_tried(record, 3, "subordinate-ids", ENOENT,
                 uid_count == 0 ? uid_files.subid : gid_files.subid);
    return -1;
  }
  struct map_command uid_command, gid_command;
  map_command(&uid_command, UID_MAPPER, pid, uid, uids, uid_count);
  map_command(&gid_command, GID_MAPPER, pid, gid, gids, gid_count);
  autofd uid_words = sys_memfd_create("words", MFD_CLOEXEC);
  autofd gid_words = sys_memfd_create("words", MFD_CLOEXEC);
  const pid_t uid_pid = program_start(uid_command.argv, uid_words);
  const int uid_errno = errno;
  const pid_t gid_pid = program_start(gid_command.argv, gid_words);
  const int gid_errno = errno;
  const int first = finish_map(record, uid_pid, uid_words, UID_MAPPER, uid_errno);
  const int second = finish_map(record, gid_pid, gid_words, GID_MAPPER, gid_errno);
  return first == 0 && second == 0 ? 0 : -1;
}

static bool read_all(int socket, void *data, size_t size) {
  for (size_t got = 0; got < size;) {
    const ssize_t n = read(socket, (char *)data + got, size - got);
    if (n <= 0)
      return false;
    got += (size_t)n;
  }
  return true;
}

/* Ends with its work done, unless it is to stand in: then it returns. */
static void mapper_main(int socket, pid_t parent, uid_t uid, bool identity, struct record *record) {
  static struct outcome outcome;
  char go;
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (read(socket, &go, 1) != 1)
    _exit(0);
  if (identity && write_identity(&outcome.record, parent, "/proc/self/gid_map", "gid_map") == 0 &&
      write_identity(&outcome.record, parent, "/proc/self/uid_map", "uid_map") == 0)
    outcome.rung = 2;
  else if (write_subordinate(&outcome.record, parent, uid, getegid()) == 0)
    outcome.rung = 3;
  if (write(socket, &outcome, sizeof outcome) != sizeof outcome ||
      !read_all(socket, record, sizeof *record))
    _exit(0);
  close(socket);
}

int mapper_start(struct mapper *mapper, uid_t uid, bool identity, struct record *record) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
    return -1;
  const pid_t parent = getpid();
  mapper->pid = fork();
  if (mapper->pid == 0) {
    close(ends[0]);
    mapper_main(ends[1], parent, uid, identity, record);
    return 1;
  }
  close(ends[1]);
  mapper->socket = ends[0];
  if (mapper->pid > 0)
    return 0;
  close(mapper->socket);
  return -1;
}

int mapper_map(struct mapper *mapper, struct record *record) {
  static struct outcome outcome;
  if (write(mapper->socket, "g", 1) != 1 || !read_all(mapper->socket, &outcome, sizeof outcome))
    return 0;
  char *rest = outcome.record.text;
  for (char *line; (line = strsep(&rest, "\n")) != NULL;)
    if (*line != '\0')
      record_line(record, "%s", line);
  return outcome.rung;
}

/* What the terminal sends goes to the whole process group: only what a process sent is for us. */
static void hand_on(pid_t pid, const siginfo_t *info) {
  if (info->si_signo != SIGCHLD && info->si_code <= 0)
    kill(pid, info->si_signo);
}

void mapper_stands_in(const struct mapper *mapper, const struct record *record) {
  enum { FAILURE = 125 };
  sigset_t signals;
  sigfillset(&signals);
  static const int stops[] = { SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT }; /* job control stops both */
  for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
    sigdelset(&signals, stops[i]);
  sigprocmask(SIG_SETMASK, &signals, NULL);
  if (write(mapper->socket, record, sizeof *record) != sizeof *record)
    _exit(FAILURE);
  for (int status;;) {
    siginfo_t info;
    const pid_t ended = waitpid(mapper->pid, &status, WNOHANG);
    if (ended < 0 && errno != EINTR)
      _exit(FAILURE);
    if (ended > 0)
      _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    if (sigwaitinfo(&signals, &info) > 0)
      hand_on(mapper->pid, &info);
  }
}

void mapper_cancel(struct mapper *mapper) {
  close(mapper->socket);
  waitpid(mapper->pid, NULL, 0);
}
