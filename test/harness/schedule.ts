// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './repository.ts'

/** One test that ended, as scripts/lib/test-events.mjs writes it. */
export interface Event {
  readonly result: 'passed' | 'failed' | 'skipped'
  readonly name: string
  readonly ms: number
  /** Why it failed or was skipped. */
  readonly text?: string
}

export interface FileResult {
  readonly file: string
  readonly ms: number
  readonly events: readonly Event[]
}

export interface Schedule {
  readonly files: readonly string[]
  readonly concurrency: number
  /** What stands before the command of a file, see fence.ts; empty for nothing. */
  readonly fence: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Where the reports are written. */
  readonly scratch: string
  readonly done: (result: FileResult) => void
}

const fileTimeoutMs = process.env['TSBUILD_TEST_STRESS'] === undefined ? 300_000 : 3_600_000

/** Runs every file in a process of its own, `concurrency` at a time, in order of the list. */
export async function runFiles(schedule: Schedule): Promise<void> {
  const waiting = [...schedule.files.entries()]
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, file] = next
      schedule.done(await runFile(file, join(schedule.scratch, `${index}.jsonl`), schedule))
    }
  }
  await Promise.all(Array.from({ length: schedule.concurrency }, worker))
}

async function runFile(file: string, report: string, schedule: Schedule): Promise<FileResult> {
  const start = performance.now()
  rmSync(report, { force: true })
  const node = [process.execPath, '--enable-source-maps', ...reporter(report), file]
  const [program = '', ...args] = [...schedule.fence, ...node]
  const { status, output } = await collect(program, args, schedule.env)
  const events = readEvents(report)
  const ms = performance.now() - start
  const complaint = complain(status, events)
  if (complaint === undefined) return { file, ms, events }
  const text = `${complaint}\n${output.slice(-20_000)}`
  return { file, ms, events: [...events, { result: 'failed', name: 'the file itself', ms, text }] }
}

const reporter = (report: string) => [
  `--test-reporter=${repository}/scripts/lib/test-events.mjs`,
  `--test-reporter-destination=${report}`,
]

/** A file may break outside of its tests, or hold none. */
function complain(status: number | string, events: readonly Event[]): string | undefined {
  if (events.some(({ result }) => result === 'failed')) return undefined
  if (status !== 0) return `ended with ${status}`
  return events.length === 0 ? 'holds no test' : undefined
}

function collect(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  return new Promise<{ status: number | string; output: string }>((resolve) => {
    const chunks: Buffer[] = []
    const child = spawn(program, args, {
      cwd: repository,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: fileTimeoutMs,
      killSignal: 'SIGKILL',
    })
    const finish = (status: number | string) =>
      resolve({ status, output: Buffer.concat(chunks).toString() })
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    child.once('error', (error) => finish(error.message))
    // Not 'close': what a test left behind may hold the pipe open.
    child.once('exit', (code, signal) => finish(signal ?? code ?? 'no status'))
  })
}

function readEvents(report: string): Event[] {
  try {
    const lines = readFileSync(report, 'utf8').split('\n')
    return lines.filter((line) => line !== '').map((line): Event => JSON.parse(line))
  } catch {
    return [] // it ended before it could write one
  }
}
