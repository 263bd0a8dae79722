/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the launcher saw and did before Node started, as lines of text in one environment
 * variable: `key value…`. native-shim/launch-record.ts reads it.
 */
#ifndef TSBUILD_RECORD_H
#define TSBUILD_RECORD_H

#include <stddef.h>

enum { RECORD_BYTES_MAX = 16 << 10 };

struct record {
  char text[RECORD_BYTES_MAX];
  size_t len;
};

/* Adds a line; control characters become blanks, what does not fit is left out. */
__attribute__((format(printf, 2, 3))) void record_line(struct record *record, const char *format,
                                                       ...);

/* A rung of the ladder that was not taken: which step failed, with which errno, in what words. */
void record_tried(struct record *record, int rung, const char *step, int err, const char *words);

/* The id maps of this process: `uidmap INSIDE OUTSIDE COUNT`, a line each. */
void record_maps(struct record *record);

/* The value after `key` in a record's text up to the end of its line, into `value`. */
const char *record_value(const char *text, const char *key, char *value, size_t size);

#endif
