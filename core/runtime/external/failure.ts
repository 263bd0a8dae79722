// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:os'
import { ShimError } from '../../../native-shim/shim-error.ts'
import { TsbuildError } from '../../lib/errors.ts'
import type { Verb } from './commands.ts'

/** As much of a runtime's words as a person reads. */
const WORDS_MAX = 2000

/**
 * A runtime's failure, in our words where it says that the program is not there or cannot be
 * executed.
 *
 * @param name what the user calls the runtime
 * @param words what it wrote, of which the end counts
 */
export function commandFailure(
  { name, verb }: { readonly name: string; readonly verb: Verb },
  { status, words }: { readonly status: number; readonly words: string },
): Error {
  const said = plainWords(words)
  const errno = verb === 'create' || verb === 'start' ? programErrno(said) : undefined
  if (errno !== undefined) return new ShimError({ where: 'exec', index: -1, errno, detail: said })
  const cause = `${name} ${verb}: exit code ${status}${said === '' ? '' : `: ${said}`}`
  return new TsbuildError('RUNTIME_FAILED', `cannot ${purposes[verb]} with ${name}`, {
    cause,
    hint: 'see each command with TSBUILD_TRACE=exec, or leave out --runtime for our own engine',
  })
}

const purposes: Readonly<Record<Verb, string>> = {
  create: 'make the container',
  state: 'look at the container',
  start: 'start the container',
  kill: 'end the container',
  delete: 'remove the container',
}

/**
 * The words themselves: of structured logs (logrus, JSON) the messages, and of several lines the
 * last ones.
 */
export function plainWords(log: string): string {
  const lines = log.split('\n').flatMap((line) => message(line) ?? [])
  return [...new Set(lines)].join('; ').slice(-WORDS_MAX)
}

function message(line: string): string | undefined {
  const structured =
    /\bmsg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? /"msg":\s*"((?:[^"\\]|\\.)*)"/.exec(line)?.[1]
  const text = structured === undefined ? line : unescaped(structured)
  // crun's own log lines begin with a time
  const plain = text.replace(/^\S+T\S+Z: /, '').trim()
  return plain === '' ? undefined : plain
}

const unescaped = (text: string) => text.replace(/\\(["\\])/g, '$1').replace(/\\[nt]/g, ' ')

/** crun and runc, in their words for what execve(2) would have said. */
const programRules: readonly (readonly [RegExp, number])[] = [
  [/executable file .*not found/i, constants.errno.ENOENT],
  [/exec: "[^"]*": (stat [^:]*: )?no such file or directory/i, constants.errno.ENOENT],
  [/(open|find|stat|access) executable\b.*no such file/i, constants.errno.ENOENT],
  [/exec: "[^"]*": is a directory/i, constants.errno.EISDIR],
  [/exec: "[^"]*": (stat [^:]*: )?permission denied/i, constants.errno.EACCES],
  [
    /(open|find|stat|access) executable\b.*(permission denied|not permitted)/i,
    constants.errno.EACCES,
  ],
  [/exec format error/i, constants.errno.ENOEXEC],
]

const programErrno = (words: string): number | undefined =>
  programRules.find(([pattern]) => pattern.test(words))?.[1]
