/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire format: a message is a run of fields, the first one its name. A field is its length
 * (32 bits, little endian), its bytes and one NUL, so that text can be used in place.
 * native-shim/fields.ts is the other half.
 */
#ifndef TSBUILD_FRAME_H
#define TSBUILD_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  FRAME_BYTES_MAX = 64 << 20, /* an op list with the largest environment the kernel takes */
  FRAME_FIELDS_MAX = 16,      /* fields of any message but `ops`, which is walked */
};

struct frame {
  uint8_t *data; /* malloc'ed */
  size_t len;
  size_t cap;
};

struct field {
  char *data; /* NUL-terminated, points into the message */
  uint32_t len;
};

struct cursor {
  uint8_t *at;
  uint8_t *end;
};

#define autoframe __attribute__((cleanup(frame_free))) struct frame

void frame_free(struct frame *frame);
void frame_bytes(struct frame *frame, const void *data, size_t len);
void frame_text(struct frame *frame, const char *text);
void frame_number(struct frame *frame, long long number);

/* Takes the next field; false at the end or when the rest is malformed (then at != end). */
bool cursor_next(struct cursor *cursor, struct field *field);

/* All fields of a message, at most FRAME_FIELDS_MAX. Returns their number, -1 if malformed. */
int frame_split(uint8_t *data, size_t len, struct field fields[FRAME_FIELDS_MAX]);

/* A packed list (each string ended by NUL) as a NULL-terminated vector; malloc'ed. */
char **list_vector(struct field list);

bool field_is(struct field field, const char *text);

/* The bit of a field for `binary`. */
#define ARG(index) (1U << (index))

/* Ends the process if a field holds a NUL: C would see less of it. `binary`: bits of those that
 * may. */
void check_texts(const struct field *fields, int count, unsigned binary);

/* The index of the choice that the field is; ends the process, saying `what`, if it is none. */
int field_choice(struct field field, const char *const choices[], const char *what);

/* The same as field_number for 64 bits without a sign. */
unsigned long long field_unsigned(struct field field);

/* A decimal or 0x number; ends the process with a protocol error if it is none. */
long long field_number(struct field field);

/* Writes all of a frame, length first, to a stream; 0 or -1 with errno. */
int frame_write(int fd, const struct frame *frame);

/* Reads one frame from a stream into `frame`: 1, 0 at end of file, -1 with errno. */
int frame_read(int fd, struct frame *frame);

/* The peer broke the protocol: nothing that follows can be trusted. */
_Noreturn void protocol_broken(const char *what);

#endif
