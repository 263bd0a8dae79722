// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { until } from '../../harness/until.ts'
import type { TestUser } from '../../harness/user.ts'

/** A terminal of 80 columns and 24 rows with a shell in it, as a person has it before them. */
export interface Window extends AsyncDisposable {
  /** Types keys: words as they are, and names of keys such as `Enter` and `C-c`. */
  type(...keys: readonly string[]): Promise<void>
  /** Types a line and Enter. */
  enter(line: string): Promise<void>
  /** What is on the screen, without blanks at the ends of lines and below the last one. */
  screen(): Promise<string>
  /** Waits until the screen looks like this. @throws Error with the screen */
  shows(what: RegExp): Promise<string>
  resize(columns: number, rows: number): Promise<void>
  /** Of the shell, or of its parent. */
  readonly pid: number
}

/**
 * Opens a window of a tmux server of its own. The shell has `$t` for the command with the store of
 * the user, and a prompt that cannot be mistaken.
 *
 * @throws Error if tmux cannot be started: the caller asks `lacking('program:tmux')` before
 */
export async function openWindow(user: TestUser): Promise<Window> {
  const socket = `${user.directory}/tmux`
  const tmux = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await user.run(['tmux', '-S', socket, ...args])
    if (code !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`)
    return stdout
  }
  const size = ['-x', '80', '-y', '24']
  const env = ['-e', `t=${user.command.join(' ')}`, '-e', 'PS1=host> ']
  await tmux('-f', '/dev/null', 'new-session', '-d', ...size, ...env, 'sh')
  const pid = Number(await tmux('display-message', '-p', '#{pane_pid}'))
  const type = async (...keys: readonly string[]) => void (await tmux('send-keys', ...keys))
  const screen = async () => trimmed(await tmux('capture-pane', '-p', '-J'))
  return {
    pid,
    type,
    screen,
    enter: (line) => type('-l', `${line}\n`),
    shows: async (what) => {
      const look = async () => {
        const text = await screen()
        return what.test(text) && text
      }
      return until(`the screen shows ${what}`, look).catch(async (error) => {
        throw new Error(`${error.message}\n${await screen()}`)
      })
    },
    resize: async (columns, rows) =>
      void (await tmux('resize-window', '-x', String(columns), '-y', String(rows))),
    async [Symbol.asyncDispose]() {
      const server = Number(await tmux('display-message', '-p', '#{pid}'))
      await tmux('kill-server')
      await until('tmux has ended', () => !isThere(server))
    },
  }
}

const trimmed = (text: string): string => text.replace(/[ \t]+$/gm, '').trimEnd()

function isThere(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
