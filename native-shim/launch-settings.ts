// SPDX-License-Identifier: Apache-2.0
import { RECORD_VARIABLE, SAVED_PREFIX } from '../core/lib/config.ts'

/** What changes or slows Node itself; the programs that we run get them back. */
export const nodeVariables = ['NODE_OPTIONS', 'NODE_PATH', 'NODE_EXTRA_CA_CERTS'] as const

/** All that the launcher needs to know and does not decide; generate.ts makes a C header of it. */
export const launchSettings = {
  RECORD_VARIABLE,
  SAVED_PREFIX,
  NODE_VARIABLE: 'TSBUILD_NODE',
  NODE_PROGRAM: 'node',
  NO_NODE_TEXT:
    'tsbuild: cannot start Node: %s: not found\n' +
    '  hint: install Node 20.19 or newer, or name it in TSBUILD_NODE ' +
    '(sudo drops the PATH of nvm)\n',
  NO_PROC_TEXT:
    'tsbuild: cannot find its own files: there is no /proc\n' +
    '  hint: mount it (mount -t proc proc /proc), or start the container around us with one\n',
  /** Beside the binary's own directory. */
  MAIN_SCRIPT: '../lib/main.cjs',
  UID_MAPPER: 'newuidmap',
  GID_MAPPER: 'newgidmap',
} as const

/** passwd(5), subuid(5) or subgid(5), and the program that asks a directory service instead. */
export const subidFiles = {
  SUBUID_FILES: ['/etc/passwd', '/etc/subuid', 'getsubids', undefined],
  SUBGID_FILES: ['/etc/passwd', '/etc/subgid', 'getsubids', '-g'],
} as const
