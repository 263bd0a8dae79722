// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeIfChanged } from './files.mjs'
import { at } from './paths.mjs'

const head = `The programs in dist/linux-* are linked statically with the C library of the machine
that built them; of Debian that is the GNU C Library (LGPL-2.1-or-later). Their own sources and
Makefile, to link them with another one, are in native-shim/src of the project.

The programs in dist/lib contain these packages:

`

/**
 * Writes the licence texts of every package that esbuild put into a bundle.
 *
 * @param {{ inputs: Record<string, unknown> }} metafile of esbuild
 * @param {string} target
 * @throws Error if a package comes without a licence text
 */
export function writeNotices(metafile, target) {
  const texts = packagesOf(metafile).map((name) => {
    const folder = at('node_modules', name)
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return `${name} ${version} (${license})\n\n${licenceText(folder, name)}\n`
  })
  writeIfChanged(target, head + texts.join(`\n${'-'.repeat(72)}\n\n`))
}

/** @param {{ inputs: Record<string, unknown> }} metafile */
function packagesOf({ inputs }) {
  const names = Object.keys(inputs).flatMap((path) => {
    const [, name] = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? []
    return name === undefined ? [] : [name]
  })
  return [...new Set(names)].sort()
}

/** @param {string} folder @param {string} name */
function licenceText(folder, name) {
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry))
  if (file === undefined) throw new Error(`no licence text in ${name}: it cannot be bundled`)
  return readFileSync(join(folder, file), 'utf8').trim()
}
