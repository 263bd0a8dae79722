/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TSBUILD_REQUESTS_H
#define TSBUILD_REQUESTS_H

/* Name and number of arguments of every request, a line each: compared with messages.ts. */
void requests_print(void);

#endif
