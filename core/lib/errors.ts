// SPDX-License-Identifier: Apache-2.0

/** Every failure a user can meet, in one list: the code is the contract, the text is not. */
export const errorCodes = [
  'ARCHIVE_INVALID',
  'BLOB_CORRUPT',
  'COMPRESSION_UNSUPPORTED',
  'CONFIG_INVALID',
  'CONTAINER_BUSY',
  'CONTAINER_EXISTS',
  'CONTAINER_UNKNOWN',
  'CONTAINERFILE_INVALID',
  'COMMAND_NOT_EXECUTABLE',
  'COMMAND_NOT_FOUND',
  'DISK_FULL',
  'HOOK_FAILED',
  'HOOK_INVALID',
  'IMAGE_IN_USE',
  'IMAGE_UNKNOWN',
  'MANIFEST_INVALID',
  'NAMESPACE_UNAVAILABLE',
  'NETWORK_FAILED',
  'NODE_TOO_OLD',
  'PATH_INVALID',
  'PROTOCOL_MISMATCH',
  'REFERENCE_INVALID',
  'RUNTIME_FAILED',
  'SPEC_INVALID',
  'STEP_FAILED',
  'STORE_CORRUPT',
  'STORE_NEWER',
  'STORE_UNSAFE',
  'TRANSPORT_INVALID',
  'USAGE',
  'USER_UNKNOWN',
  'USER_UNMAPPED',
] as const
export type ErrorCode = (typeof errorCodes)[number]

export interface ErrorContext {
  /** One sentence: what to do next. */
  readonly hint?: string | undefined
  /** What the layer below said. */
  readonly cause?: unknown
  /** Lines of the user's own text, with those marked that are meant. */
  readonly excerpt?: string | undefined
  /** What else is wrong, to be told at the same time. */
  readonly others?: readonly TsbuildError[]
  /** The status the command ends with; 125 is "our own failure", as in the container tools. */
  readonly exitCode?: number
}

/** An expected failure. Anything else that reaches main() is a bug and prints its stack. */
export class TsbuildError extends Error {
  /** By its name: each bundle has a class of its own, and their errors meet. */
  static override [Symbol.hasInstance](value: unknown): value is TsbuildError {
    return value instanceof Error && value.name === 'TsbuildError'
  }

  override readonly name = 'TsbuildError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly excerpt: string | undefined
  readonly others: readonly TsbuildError[]
  readonly exitCode: number

  /** @param message what was tried, on what: lower case, no full stop */
  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause })
    this.code = code
    this.hint = context.hint
    this.excerpt = context.excerpt
    this.others = context.others ?? []
    this.exitCode = context.exitCode ?? 125
  }
}

/**
 * The lines a person reads: the sentence, its causes, the place in the user's text, the next step.
 *
 * @returns text without a trailing newline, control characters escaped: names and paths in it
 *   may come from an image
 */
export function describeError(error: unknown, program = 'tsbuild'): string {
  if (!(error instanceof TsbuildError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return `${program}: internal error, please report it\n${stack}`
  }
  return [error, ...error.others].map((one) => paragraph(one, program)).join('\n')
}

function paragraph(error: TsbuildError, program: string): string {
  const lines = [`${program}: ${printable(error.message)}`]
  for (const cause of causes(error)) lines.push(`  caused by: ${printable(cause)}`)
  if (error.excerpt !== undefined) lines.push(printable(error.excerpt))
  if (error.hint !== undefined) lines.push(`  hint: ${printable(error.hint)}`)
  return lines.join('\n')
}

function causes(error: Error): string[] {
  const found: string[] = []
  for (let next = error.cause; next !== undefined && found.length < 5; ) {
    found.push(next instanceof Error ? next.message : String(next))
    next = next instanceof Error ? next.cause : undefined
  }
  return found
}

/** Text whose control characters (C0, DEL, C1) are written as \xNN: it cannot drive a terminal. */
export function printable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}
