/* SPDX-License-Identifier: Apache-2.0 */
/* Subordinate ids, subuid(5). A static program has no NSS: the files are read here. */
#ifndef TSBUILD_SUBID_H
#define TSBUILD_SUBID_H

#include <sys/types.h>

enum { SUBID_RANGES_MAX = 16 };

struct subid_range {
  unsigned start;
  unsigned count;
};

struct subid_files {
  const char *passwd;       /* passwd(5) */
  const char *subid;        /* subuid(5) or subgid(5) */
  const char *program;      /* asks the directory service, getsubids(1); may be absent */
  const char *program_flag; /* makes it print groups' ids, or NULL */
};

/* The ranges of `uid`, by name and by number; returns how many, 0 when there are none. */
int subid_ranges(const struct subid_files *files, uid_t uid,
                 struct subid_range ranges[SUBID_RANGES_MAX]);

#endif
