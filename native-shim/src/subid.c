/* SPDX-License-Identifier: Apache-2.0 */
#include "subid.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

/* The login name of `uid`, or its number when there is no entry. */
static void user_name(const char *passwd, uid_t uid, char *name, size_t size) {
  char line[1024];
  snprintf(name, size, "%u", uid);
  FILE *file = fopen(passwd, "re");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    char *rest = line;
    const char *login = strsep(&rest, ":");
    if (strsep(&rest, ":") == NULL || rest == NULL)
      continue;
    char *end;
    const char *number = strsep(&rest, ":");
    if (strtoul(number, &end, 10) == uid && end != number && *end == '\0') {
      snprintf(name, size, "%s", login);
      break;
    }
  }
  if (file != NULL)
    fclose(file);
}

static bool add_range(struct subid_range *range, const char *start, const char *count) {
  char *start_end, *count_end;
  range->start = (unsigned)strtoul(start, &start_end, 10);
  range->count = (unsigned)strtoul(count, &count_end, 10);
  return start_end != start && count_end != count && range->count > 0;
}

static int ranges_of_file(const char *path, const char *name, uid_t uid,
                          struct subid_range ranges[SUBID_RANGES_MAX]) {
  char line[1024], number[16];
  int found = 0;
  snprintf(number, sizeof number, "%u", uid);
  FILE *file = fopen(path, "re");
  while (file != NULL && found < SUBID_RANGES_MAX && fgets(line, sizeof line, file) != NULL) {
    char *rest = line;
    const char *owner = strsep(&rest, ":");
    const char *start = rest == NULL ? NULL : strsep(&rest, ":");
    if (start == NULL || rest == NULL)
      continue;
    if (strcmp(owner, name) == 0 || strcmp(owner, number) == 0)
      found += add_range(&ranges[found], start, rest);
  }
  if (file != NULL)
    fclose(file);
  return found;
}

/* getsubids(1) prints lines of the form `0: alice 100000 65536`. */
static int ranges_of_program(const struct subid_files *files, const char *name,
                             struct subid_range ranges[SUBID_RANGES_MAX]) {
  char output[2048];
  char *argv[4];
  int argc = 0;
  argv[argc++] = (char *)(uintptr_t)files->program;
  if (files->program_flag != NULL)
    argv[argc++] = (char *)(uintptr_t)files->program_flag;
  argv[argc++] = (char *)(uintptr_t)name;
  argv[argc] = NULL;
  if (program_output(argv, output, sizeof output) != 0)
    return 0;
  int found = 0;
  char *rest = output;
  for (char *line; found < SUBID_RANGES_MAX && (line = strsep(&rest, "\n")) != NULL;) {
    char start[16], count[16];
    if (sscanf(line, "%*d: %*s %15s %15s", start, count) == 2)
      found += add_range(&ranges[found], start, count);
  }
  return found;
}

int subid_ranges(const struct subid_files *files, uid_t uid,
                 struct subid_range ranges[SUBID_RANGES_MAX]) {
  char name[256];
  user_name(files->passwd, uid, name, sizeof name);
  const int found = ranges_of_file(files->subid, name, uid, ranges);
  return found > 0 ? found : ranges_of_program(files, name, ranges);
}
