// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import type { Rights } from '../context.ts'
import { outerOptions, printOuter } from './outer-engine.ts'

/** Reads a file below /proc/sys, undefined when it does not exist. */
export type ReadSysctl = (name: string) => string | undefined

/**
 * What would let this user make namespaces: one sentence, by what stopped the launcher on the
 * ladder of rights and by the settings that explain it.
 */
export function rightsHint(rights: Rights, sysctl: ReadSysctl = readSysctl): string {
  const steps = new Set(rights.tried.map(({ step }) => step))
  const row = table.find(({ applies }) => applies({ rights, steps, sysctl }))
  if (row === undefined) return 'run as root'
  return (
    row.hint + (row.isOutside === true && rights.hostUid !== 0 ? '; otherwise run as root' : '')
  )
}

interface Case {
  readonly rights: Rights
  /** Of all rungs that were tried. */
  readonly steps: ReadonlySet<string>
  readonly sysctl: ReadSysctl
}

interface Row {
  readonly applies: (found: Case) => boolean
  readonly hint: string
  /** Whether only who started the container around us can do it. */
  readonly isOutside?: true
}

const CAP_SETFCAP = 1n << 31n

/** The first that applies is the nearest cause. */
const table: readonly Row[] = [
  {
    applies: ({ steps }) => steps.has('launcher'),
    hint: 'start the tsbuild command, not its script',
  },
  {
    applies: ({ steps }) => steps.has('seal'),
    hint: 'allow programs in memory: "sysctl vm.memfd_noexec=0"',
  },
  {
    applies: ({ sysctl }) => sysctl('user/max_user_namespaces') === '0',
    hint: 'ask for "sysctl user.max_user_namespaces=15000", or run as root',
  },
  {
    applies: ({ sysctl }) => sysctl('kernel/unprivileged_userns_clone') === '0',
    hint: 'ask for "sysctl kernel.unprivileged_userns_clone=1", or run as root',
  },
  {
    applies: ({ sysctl }) => sysctl('kernel/apparmor_restrict_unprivileged_userns') === '1',
    hint: 'allow tsbuild user namespaces with an AppArmor profile ("userns,"), or run as root',
  },
  {
    isOutside: true,
    applies: ({ steps }) => steps.has('mount-slave') || steps.has('unshare-mount'),
    hint: inContainer('lets it mount', printOuter([outerOptions.apparmor, outerOptions.seccomp])),
  },
  {
    isOutside: true,
    applies: ({ steps }) => steps.has('unshare-user'),
    hint: inContainer('allows user namespaces', printOuter([outerOptions.seccomp])),
  },
  {
    // Whoever maps root must hold it (user_namespaces(7)); engines drop it with all the others.
    applies: ({ rights }) => rights.hostUid === 0 && (rights.capabilities & CAP_SETFCAP) === 0n,
    hint: inContainer('lets it map root', printOuter([outerOptions.mapping])),
  },
]

function inContainer(what: string, option: string): string {
  return `inside a container: start that with ${option}, which ${what}`
}

function readSysctl(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim()
  } catch {
    return undefined
  }
}
