// SPDX-License-Identifier: Apache-2.0
import type { OptionRow } from './row.ts'

const runc = ['--runtime', 'runc']

/** The OCI runtime of a run; buildah's `from` has no word for it. */
export const runtimeRows: readonly OptionRow[] = [
  { name: '--runtime', run: runc, script: 'id; pwd; hostname >/dev/null; echo $$; exit 7' },
  { name: '--runtime by path', run: ['--runtime', '/usr/sbin/runc'], script: 'echo $$' },
  { name: '--runtime and standard input', run: runc, script: 'cat', input: 'typed\n' },
  {
    name: '--runtime and --user: output can be opened anew',
    run: [...runc, '--user', '1500'],
    script: 'id; echo out >/dev/stdout',
  },
  { name: '--runtime-flag', run: [...runc, '--runtime-flag', 'debug'], script: 'echo $$' },
  { name: '--runtime that there is not', run: ['--runtime', 'none'], script: 'id', refused: true },
]
