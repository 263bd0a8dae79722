/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TSBUILD_PTY_H
#define TSBUILD_PTY_H

/*
 * The slave of `master`, which must be a real pty of devpts (CVE-2025-52565): a descriptor, or -1
 * with errno, ENODEV for anything else.
 */
int pty_open_slave(int master);

#endif
