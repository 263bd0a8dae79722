/* SPDX-License-Identifier: Apache-2.0 */
#include "frame.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

_Noreturn void protocol_broken(const char *what) {
  dprintf(STDERR_FILENO, "tsbuild-shim: protocol error: %s\n", what);
  _exit(125);
}

void frame_free(struct frame *frame) {
  free(frame->data);
  frame->data = NULL;
  frame->len = frame->cap = 0;
}

static void frame_reserve(struct frame *frame, size_t extra) {
  if (frame->len + extra <= frame->cap)
    return;
  const size_t cap = (frame->len + extra) * 2;
  uint8_t *data = realloc(frame->data, cap);
  if (data == NULL)
    protocol_broken("out of memory");
  frame->data = data;
  frame->cap = cap;
}

void frame_bytes(struct frame *frame, const void *bytes, size_t len) {
  frame_reserve(frame, sizeof(uint32_t) + len + 1);
  const uint32_t size = htole32((uint32_t)len);
  memcpy(frame->data + frame->len, &size, sizeof size);
  if (len > 0)
    memcpy(frame->data + frame->len + sizeof size, bytes, len);
  frame->data[frame->len + sizeof size + len] = '\0';
  frame->len += sizeof size + len + 1;
}

void frame_text(struct frame *frame, const char *text) {
  frame_bytes(frame, text, strlen(text));
}

void frame_number(struct frame *frame, long long number) {
  char text[24];
  snprintf(text, sizeof text, "%lld", number);
  frame_text(frame, text);
}

bool cursor_next(struct cursor *cursor, struct field *field) {
  const size_t left = (size_t)(cursor->end - cursor->at);
  uint32_t size;
  if (left < sizeof size + 1)
    return false;
  memcpy(&size, cursor->at, sizeof size);
  size = le32toh(size);
  if (size > left - sizeof size - 1)
    return false;
  field->data = (char *)cursor->at + sizeof size;
  field->len = size;
  if (field->data[size] != '\0')
    return false;
  cursor->at += sizeof size + size + 1;
  return true;
}

int frame_split(uint8_t *data, size_t len, struct field fields[FRAME_FIELDS_MAX]) {
  struct cursor cursor = { data, data + len };
  int count = 0;
  while (count < FRAME_FIELDS_MAX && cursor_next(&cursor, &fields[count]))
    count++;
  return cursor.at == cursor.end ? count : -1;
}

char **list_vector(struct field list) {
  size_t count = 0;
  if (list.len > 0 && list.data[list.len - 1] != '\0')
    protocol_broken("list without its end");
  for (uint32_t i = 0; i < list.len; i++)
    count += list.data[i] == '\0';
  char **vector = calloc(count + 1, sizeof *vector);
  if (vector == NULL)
    protocol_broken("out of memory");
  char *text = list.data;
  for (size_t i = 0; i < count; i++, text += strlen(text) + 1)
    vector[i] = text;
  return vector;
}

bool field_is(struct field field, const char *text) {
  return field.len == strlen(text) && memcmp(field.data, text, field.len) == 0;
}

void check_texts(const struct field *fields, int count, unsigned binary) {
  for (int i = 0; i < count; i++)
    if ((binary & ARG(i)) == 0 && strlen(fields[i].data) != fields[i].len)
      protocol_broken("NUL in a text");
}

int field_choice(struct field field, const char *const choices[], const char *what) {
  for (int i = 0; choices[i] != NULL; i++)
    if (field_is(field, choices[i]))
      return i;
  protocol_broken(what);
}

unsigned long long field_unsigned(struct field field) {
  char *end;
  errno = 0;
  const unsigned long long number = strtoull(field.data, &end, 0);
  if (field.len == 0 || field.data[0] == '-' || *end != '\0' || errno != 0)
    protocol_broken("not a number");
  return number;
}

long long field_number(struct field field) {
  char *end;
  errno = 0;
  const long long number = strtoll(field.data, &end, 0);
  if (field.len == 0 || *end != '\0' || errno != 0)
    protocol_broken("not a number");
  return number;
}

static int write_all(int fd, const uint8_t *data, size_t len) {
  while (len > 0) {
    const ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -1;
    data += n;
    len -= (size_t)n;
  }
  return 0;
}

int frame_write(int fd, const struct frame *frame) {
  uint32_t size = htole32((uint32_t)frame->len);
  /* In one call: a reader that is woken by the length alone would have to wait for the rest. */
  struct iovec parts[2] = { { &size, sizeof size }, { frame->data, frame->len } };
  const struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
  ssize_t n;
  do
    n = sendmsg(fd, &message, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return -1;
  const size_t head = (size_t)n < sizeof size ? (size_t)n : sizeof size;
  if (write_all(fd, (const uint8_t *)&size + head, sizeof size - head) < 0)
    return -1;
  const size_t body = (size_t)n - head;
  return write_all(fd, frame->data + body, frame->len - body);
}

/* 1 when all came, 0 at end of file before the first byte, -1 otherwise. */
static int read_all(int fd, uint8_t *data, size_t len) {
  size_t done = 0;
  while (done < len) {
    const ssize_t n = read(fd, data + done, len - done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -1;
    if (n == 0) {
      errno = EPROTO;
      return done == 0 ? 0 : -1;
    }
    done += (size_t)n;
  }
  return 1;
}

int frame_read(int fd, struct frame *frame) {
  uint32_t size;
  const int got = read_all(fd, (uint8_t *)&size, sizeof size);
  if (got <= 0)
    return got;
  size = le32toh(size);
  if (size > FRAME_BYTES_MAX)
    protocol_broken("message too long");
  frame->len = 0;
  frame_reserve(frame, size + 1);
  frame->len = size;
  if (size > 0 && read_all(fd, frame->data, size) != 1)
    return -1;
  return 1;
}
