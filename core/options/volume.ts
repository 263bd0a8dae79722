// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import { type AskedMount, checkWords, destinationOf, flagsOf, sourceOf } from './asked-mount.ts'

/**
 * What `--volume` asks for.
 *
 * @param text SOURCE:DESTINATION[:OPTIONS], where `\:` stands for a colon in a path
 * @throws TsbuildError USAGE
 * @see podman-run(1), --volume; the words are the same
 */
export function parseVolume(text: string): AskedMount {
  const what = `volume ${JSON.stringify(text)}`
  const [source = '', path = '', options = '', ...more] = splitColons(text)
  if (source === '' || path === '' || more.length > 0)
    throw new TsbuildError('USAGE', `${what}: it is not SOURCE:DESTINATION[:OPTIONS]`, {
      hint: 'a ":" that belongs to a path is written "\\:"',
    })
  const all = options.split(',').filter((word) => word !== '')
  const words = all.filter((word) => !isFolder(word))
  checkWords(words, what)
  const kept = keptIn(all.filter(isFolder), { what, isOverlay: words.includes('O') })
  const common = {
    source: sourceOf(source, what),
    destination: destinationOf(path, what),
    isOwned: words.includes('U'),
  }
  if (words.includes('O')) return { kind: 'overlay', ...common, flags: overlayFlags(words), kept }
  const isRelabeled = words.includes('z') || words.includes('Z')
  return { kind: 'bind', ...common, flags: flagsOf(words), isRelabeled, ...idMap(words, what) }
}

const splitColons = (text: string): string[] =>
  [...text.matchAll(/(?:^|:)((?:\\:|[^:])*)/g)].map(([, part = '']) => part.replaceAll('\\:', ':'))

const isFolder = (word: string) => /^(upperdir|workdir)=/.test(word)

function keptIn(
  words: readonly string[],
  { what, isOverlay }: { readonly what: string; readonly isOverlay: boolean },
): { upper: string; work: string } | undefined {
  if (words.length === 0) return undefined
  const all = (name: string) =>
    words.filter((word) => word.startsWith(name)).map((word) => word.slice(name.length))
  const [upper, ...uppers] = all('upperdir=')
  const [work, ...works] = all('workdir=')
  if (isOverlay && upper && work && uppers.length === 0 && works.length === 0)
    return { upper: sourceOf(upper, what), work: sourceOf(work, what) }
  throw new TsbuildError('USAGE', `${what}: upperdir= and workdir= belong together, and to O`, {
    hint: 'write SOURCE:DESTINATION:O,upperdir=DIRECTORY,workdir=DIRECTORY',
  })
}

/** An overlay has no mounts below it, and nobody to share it with. */
const overlayFlags = (words: readonly string[]) =>
  words.filter((word) => ['ro', 'nosuid', 'nodev', 'noexec'].includes(word))

const idMap = (words: readonly string[], what: string) => {
  if (!words.includes('idmap')) return {}
  throw new TsbuildError('USAGE', `${what}: id-mapped volumes are not possible here`, {
    hint: 'leave out idmap; U gives the files to the user of the container instead',
  })
}
