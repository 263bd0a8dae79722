// SPDX-License-Identifier: Apache-2.0
import { readFileSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { writeIfChanged } from './files.mjs'
import { at } from './paths.mjs'

/**
 * The commands which package.json names in `bin`. npm links them by symlink, from anywhere, and
 * a package is one file for all machines: so each finds itself first, then its machine's binary.
 *
 * @returns {import('./steps.mjs').Step}
 */
export function npmBinStep() {
  const { bin } = JSON.parse(readFileSync(at('package.json'), 'utf8'))
  /** @type {string[]} */
  const targets = Object.values(bin)
  return {
    name: 'npm commands',
    inputs: [at('package.json'), at('scripts/lib/npm-bin.mjs')],
    outputs: targets.map((target) => at(target)),
    run() {
      rmSync(at('dist/npm'), { recursive: true, force: true })
      for (const target of targets) {
        writeIfChanged(at(target), npmCommand(basename(target)), 0o755)
      }
    },
  }
}

/** @param {string} name of the binary in dist/linux-ARCH */
export const npmCommand = (name) => `#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
self=$0
while [ -L "$self" ]; do
  link=$(readlink -- "$self")
  case $link in
    /*) self=$link ;;
    *) self=\${self%/*}/$link ;;
  esac
done
case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *)
    echo "${name}: no build for $(uname -m): only x86_64 and aarch64 are supported" >&2
    exit 125
    ;;
esac
program=\${self%/*}/../linux-$arch/${name}
if [ ! -x "$program" ]; then
  echo "${name}: $program is missing: install the package again" >&2
  exit 125
fi
exec "$program" "$@"
`
