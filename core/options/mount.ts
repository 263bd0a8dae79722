// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import { type AskedMount, checkWords, destinationOf, flagsOf, sourceOf } from './asked-mount.ts'

/** The part of an option before its "=", and what is behind; undefined without one. */
interface Setting {
  readonly name: string
  readonly value: string | undefined
}

/**
 * What `--mount` of `run` asks for.
 *
 * @param text type=bind|tmpfs,destination=…[,source=…][,…]
 * @throws TsbuildError USAGE
 * A bind mount is read-only unless it says `rw`, as with RUN --mount and buildah.
 *
 * @see podman-run(1), --mount; the words are the same
 */
export function parseMount(text: string): AskedMount {
  const what = `mount ${JSON.stringify(text)}`
  const settings = text.split(',').map(settingOf)
  const type = settings.findLast(({ name }) => name === 'type')?.value ?? 'bind'
  const rest = settings.filter(({ name }) => name !== 'type')
  if (type === 'bind') return bindMount(rest, what)
  if (type === 'tmpfs') return tmpfsMount(rest, what)
  throw new TsbuildError('USAGE', `${what}: there is no type ${JSON.stringify(type)}`, {
    hint: ['cache', 'secret', 'ssh'].includes(type)
      ? `${type} is for the RUN instructions of a build: RUN --mount=type=${type}`
      : 'it is bind or tmpfs; for a directory that lasts, bind one of this machine',
  })
}

function settingOf(part: string): Setting {
  const at = part.indexOf('=')
  if (at === -1) return { name: part, value: undefined }
  return { name: part.slice(0, at), value: part.slice(at + 1) }
}

const aliases: Readonly<Record<string, string>> = {
  src: 'source',
  target: 'destination',
  dst: 'destination',
  readonly: 'ro',
  readwrite: 'rw',
}

/** What else than the words of a volume there is, and whether it takes a value. */
const bindSettings = ['source', 'destination', 'bind-propagation', 'relabel', 'consistency']
const tmpfsSettings = ['destination', 'tmpfs-size', 'tmpfs-mode']

function bindMount(settings: readonly Setting[], what: string): AskedMount {
  const words: string[] = []
  const found = collect(settings, { known: bindSettings, what, word: (name) => words.push(name) })
  const { source, destination } = found
  if (source === undefined) throw missing('source', what)
  if (destination === undefined) throw missing('destination', what)
  const plain = words.filter((word) => word !== 'bind-nonrecursive')
  const recursion = words.includes('bind-nonrecursive') ? ['bind'] : []
  const propagation = found['bind-propagation'] === undefined ? [] : [found['bind-propagation']]
  const access = plain.some((word) => word === 'ro' || word === 'rw') ? [] : ['ro']
  const all = [
    ...plain,
    ...access,
    ...recursion,
    ...propagation,
    ...relabelWord(found['relabel'], what),
  ]
  checkWords(all, what)
  if (all.includes('O') || all.includes('idmap')) throw onlyVolumes(what)
  return {
    kind: 'bind',
    source: sourceOf(source, what),
    destination: destinationOf(destination, what),
    flags: flagsOf(all),
    isOwned: all.includes('U'),
    isRelabeled: all.includes('z') || all.includes('Z'),
  }
}

function relabelWord(value: string | undefined, what: string): readonly string[] {
  if (value === undefined) return []
  if (value === 'shared') return ['z']
  if (value === 'private') return ['Z']
  const message = `${what}: relabel cannot be ${JSON.stringify(value)}`
  throw new TsbuildError('USAGE', message, { hint: 'it is shared or private' })
}

function tmpfsMount(settings: readonly Setting[], what: string): AskedMount {
  const words: string[] = []
  const found = collect(settings, { known: tmpfsSettings, what, word: (name) => words.push(name) })
  const { destination } = found
  if (destination === undefined) throw missing('destination', what)
  const copy = words.filter((word) => /^(no)?tmpcopyup$/.test(word))
  const plain = words.filter((word) => !copy.includes(word))
  checkWords(plain, what)
  const strange = plain.find((word) => !tmpfsWords.includes(word))
  if (strange !== undefined)
    throw new TsbuildError('USAGE', `${what}: ${strange} means nothing for a tmpfs`, {
      hint: `possible are ${tmpfsWords.join(', ')}, tmpcopyup, tmpfs-size=… and tmpfs-mode=…`,
    })
  return {
    kind: 'tmpfs',
    destination: destinationOf(destination, what),
    flags: [
      ...plain.filter((word) => word !== 'U'),
      ...(copy.at(-1) === 'tmpcopyup' ? ['tmpcopyup'] : []),
      ...optionOf('size', found['tmpfs-size'], { form: /^\d+[kmgKMG%]?$/, what }),
      ...optionOf('mode', found['tmpfs-mode'], { form: /^[0-7]{1,4}$/, what }),
    ],
    isOwned: plain.includes('U'),
  }
}

const tmpfsWords = ['ro', 'rw', 'exec', 'noexec', 'suid', 'nosuid', 'dev', 'nodev', 'U']

function optionOf(
  name: 'size' | 'mode',
  value: string | undefined,
  { form, what }: { readonly form: RegExp; readonly what: string },
): string[] {
  if (value === undefined) return []
  if (form.test(value)) return [`${name}=${value}`]
  const message = `${what}: ${JSON.stringify(value)} is no ${name}`
  throw new TsbuildError('USAGE', message, {
    hint: name === 'size' ? 'write it like 64m, 1g or 50%' : 'write it in octal, like 1777',
  })
}

interface Collecting {
  /** Settings that have a value; all else is a word. */
  readonly known: readonly string[]
  readonly what: string
  readonly word: (name: string) => void
}

function collect(
  settings: readonly Setting[],
  { known, what, word }: Collecting,
): Readonly<Record<string, string | undefined>> {
  const found: Record<string, string> = {}
  for (const { name: said, value } of settings) {
    const name = Object.hasOwn(aliases, said) ? (aliases[said] ?? said) : said
    if (!known.includes(name)) addWord({ name, value }, { what, word })
    else if (value === undefined || value === '') throw missing(name, what)
    else found[name] = value
  }
  return found
}

/** `ro=false` is the same as `rw`: each has an opposite. */
function addWord(
  { name, value }: Setting,
  { what, word }: Pick<Collecting, 'what' | 'word'>,
): void {
  const opposite = Object.hasOwn(opposites, name) ? opposites[name] : undefined
  if (value === undefined || value === 'true') word(name)
  else if (value === 'false' && opposite !== undefined) word(opposite)
  else throw noValue(name, what)
}

function noValue(name: string, what: string): TsbuildError {
  const message = `${what}: ${JSON.stringify(name)} is no option that has a value`
  return new TsbuildError('USAGE', message, {
    hint: 'values have source, destination, bind-propagation, relabel, tmpfs-size and tmpfs-mode',
  })
}

const opposites: Readonly<Record<string, string>> = {
  ro: 'rw',
  rw: 'ro',
  nosuid: 'suid',
  nodev: 'dev',
  noexec: 'exec',
}

const missing = (name: string, what: string) =>
  new TsbuildError('USAGE', `${what}: it has no ${name}`, {
    hint: 'write type=bind,source=PATH,destination=PATH or type=tmpfs,destination=PATH',
  })

const onlyVolumes = (what: string) =>
  new TsbuildError('USAGE', `${what}: O and idmap are for volumes`, {
    hint: 'write --volume SOURCE:DESTINATION:O',
  })
