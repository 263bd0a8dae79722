/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void record_line(struct record *record, const char *format, ...) {
  char line[1024];
  va_list values;
  va_start(values, format);
  vsnprintf(line, sizeof line, format, values);
  va_end(values);
  for (char *at = line; *at != '\0'; at++)
    if ((unsigned char)*at < ' ')
      *at = ' ';
  const size_t len = strlen(line);
  if (record->len + len + 2 > sizeof record->text)
    return;
  memcpy(record->text + record->len, line, len);
  record->len += len;
  record->text[record->len++] = '\n';
  record->text[record->len] = '\0';
}

void record_tried(struct record *record, int rung, const char *step, int err, const char *words) {
  record_line(record, "tried %d %d %s %s", rung, err, step, words);
}

static void record_map(struct record *record, const char *key, const char *path) {
  FILE *file = fopen(path, "re");
  unsigned inside, outside, count;
  while (file != NULL && fscanf(file, "%u %u %u", &inside, &outside, &count) == 3)
    record_line(record, "%s %u %u %u", key, inside, outside, count);
  if (file != NULL)
    fclose(file);
}

void record_maps(struct record *record) {
  record_map(record, "uidmap", "/proc/self/uid_map");
  record_map(record, "gidmap", "/proc/self/gid_map");
}

const char *record_value(const char *text, const char *key, char *value, size_t size) {
  const size_t key_len = strlen(key);
  for (const char *line = text; line != NULL && *line != '\0';) {
    if (strncmp(line, key, key_len) == 0 && line[key_len] == ' ') {
      snprintf(value, size, "%.*s", (int)strcspn(line + key_len + 1, "\n"), line + key_len + 1);
      return value;
    }
    line = strchr(line, '\n');
    line = line == NULL ? NULL : line + 1;
  }
  return NULL;
}
