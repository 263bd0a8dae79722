// SPDX-License-Identifier: Apache-2.0
import { closest } from '../lib/closest.ts'
import { TsbuildError } from '../lib/errors.ts'
import {
  type Fail,
  type FlagKinds,
  type InstructionLine,
  readInstructionLine,
} from './instruction-line.ts'
import type { Containerfile, EscapeToken, Instruction } from './instructions.ts'
import { type LogicalLine, readLines, splitKeyword } from './lines.ts'
import { parseCommand, parseRun, parseShell } from './parse-command.ts'
import { parseCopy } from './parse-copy.ts'
import { parseFrom } from './parse-from.ts'
import { parseHealthcheck } from './parse-healthcheck.ts'
import { parseList } from './parse-list.ts'
import { parseArg, parsePairs } from './parse-pairs.ts'
import { type SourceFile, sourceError } from './source.ts'

interface Rule {
  readonly flags: FlagKinds
  readonly parse: (line: InstructionLine) => Instruction
}

const parseText =
  (kind: 'user' | 'stopsignal' | 'maintainer') =>
  ({ rest, located }: InstructionLine): Instruction => ({ kind, value: rest, ...located })

const parseWorkdir = ({ rest, located }: InstructionLine): Instruction => ({
  kind: 'workdir',
  path: rest,
  ...located,
})

const copyFlags = { chown: 'text', chmod: 'text', exclude: 'list' } as const

const healthcheckFlags = {
  interval: 'text',
  timeout: 'text',
  'start-period': 'text',
  'start-interval': 'text',
  retries: 'text',
} as const

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['FROM', { flags: { platform: 'text' }, parse: parseFrom }],
  ['RUN', { flags: { network: 'text', mount: 'list' }, parse: parseRun }],
  ['COPY', { flags: { from: 'text', parents: 'switch', ...copyFlags }, parse: parseCopy }],
  ['ADD', { flags: copyFlags, parse: parseCopy }],
  ['ENV', { flags: {}, parse: parsePairs('env') }],
  ['LABEL', { flags: {}, parse: parsePairs('label') }],
  ['ARG', { flags: {}, parse: parseArg }],
  ['WORKDIR', { flags: {}, parse: parseWorkdir }],
  ['USER', { flags: {}, parse: parseText('user') }],
  ['STOPSIGNAL', { flags: {}, parse: parseText('stopsignal') }],
  ['MAINTAINER', { flags: {}, parse: parseText('maintainer') }],
  ['EXPOSE', { flags: {}, parse: parseList('expose') }],
  ['VOLUME', { flags: {}, parse: parseList('volume') }],
  ['CMD', { flags: {}, parse: parseCommand('cmd') }],
  ['ENTRYPOINT', { flags: {}, parse: parseCommand('entrypoint') }],
  ['SHELL', { flags: {}, parse: parseShell }],
  ['HEALTHCHECK', { flags: healthcheckFlags, parse: parseHealthcheck }],
])
const keywords: readonly string[] = [...rules.keys(), 'ONBUILD']
const neverTriggers = ['ONBUILD', 'FROM', 'MAINTAINER']

/**
 * A Containerfile as typed instructions. Nothing is expanded and nothing looked up: what can be
 * wrong here is the text alone.
 *
 * @param source `name` is what messages call the file; whoever reads it bounds the text
 * @throws TsbuildError CONTAINERFILE_INVALID with an excerpt of the place; what else is wrong, each
 *   instruction by itself, are its `others`
 * @see Dockerfile reference, https://docs.docker.com/reference/dockerfile/
 */
export function parseContainerfile(source: { name: string; text: string }): Containerfile {
  const { file, escapeToken, lines } = readLines(source.name, source.text)
  const instructions: Instruction[] = []
  const errors: TsbuildError[] = []
  for (const line of lines) {
    try {
      instructions.push(parseLine(line, { file, escapeToken }))
    } catch (error) {
      if (!(error instanceof TsbuildError)) throw error
      errors.push(error)
      if (errors.length === errorsMax) break
    }
  }
  const [first, ...others] = errors
  if (first !== undefined) throw withOthers(first, others)
  return { ...file, escapeToken, instructions }
}

/** More at once help nobody. */
const errorsMax = 10

function withOthers(error: TsbuildError, others: readonly TsbuildError[]): TsbuildError {
  const { code, message, excerpt, hint } = error
  return others.length === 0 ? error : new TsbuildError(code, message, { excerpt, hint, others })
}

/** One line; also of a trigger that an image left for those built from it. */
function parseLine(
  line: LogicalLine,
  { file, escapeToken }: { file: SourceFile; escapeToken: EscapeToken },
): Instruction {
  const fail: Fail = (message, hint) => sourceError(file, line.range, message, { hint })
  if (line.keyword === 'ONBUILD') return parseOnbuild(line, { file, escapeToken, fail })
  const rule = rules.get(line.keyword)
  if (rule === undefined) {
    const near = closest(line.keyword, keywords)
    const hint = near === undefined ? `instructions are ${keywords.join(', ')}` : undefined
    throw fail(`unknown instruction ${line.keyword}`, hint ?? `did you mean ${near}?`)
  }
  return rule.parse(readInstructionLine(line, { escapeToken, known: rule.flags, fail }))
}

/** The trigger is checked as the instruction that it will be. */
function parseOnbuild(
  line: LogicalLine,
  { file, escapeToken, fail }: { file: SourceFile; escapeToken: EscapeToken; fail: Fail },
): Instruction {
  const { rest, located } = readInstructionLine(line, { escapeToken, known: {}, fail })
  const { keyword, rest: arguments_ } = splitKeyword(rest)
  if (neverTriggers.includes(keyword)) throw fail(`${keyword} cannot be a trigger of ONBUILD`)
  parseLine({ ...line, keyword, rest: arguments_, text: rest }, { file, escapeToken })
  const documents = line.heredocs.map(({ name, content }) => `\n${content}${name}`)
  return { kind: 'onbuild', trigger: [rest, ...documents].join(''), ...located }
}
