// SPDX-License-Identifier: Apache-2.0

/** One extent of a user namespace's map. */
export interface IdMap {
  readonly containerId: number
  readonly hostId: number
  readonly size: number
}

/** A rung that was not taken: the step that failed, with which errno, in whose words. */
export interface Tried {
  readonly rung: number
  readonly errno: number
  readonly step: string
  readonly words: string
}

export const rungs = [0, 1, 2, 3, 4] as const
export type Rung = (typeof rungs)[number]

/** What the launcher saw and did before Node started. */
export interface LaunchRecord {
  /** Whether the verb wanted the namespaces at all. */
  readonly entered: boolean
  /** 0: none; 1: root with CAP_SYS_ADMIN; 2: identity map; 3: subordinate ids; 4: the single id. */
  readonly rung: Rung
  readonly hostUid: number
  readonly hostGid: number
  /** The effective ones where Node runs, a bit each (capabilities(7)). */
  readonly capabilities: bigint
  /** The maps of the namespace that Node runs in. */
  readonly uidMap: readonly IdMap[]
  readonly gidMap: readonly IdMap[]
  readonly tried: readonly Tried[]
  /** The native binary. */
  readonly program: string
  /** Which of stdin, stdout and stderr are terminals: node:tty costs two milliseconds to ask. */
  readonly terminals: readonly [boolean, boolean, boolean]
}

/**
 * @param text lines of the form `key value…`, as native-shim/src/record.h writes them
 * @returns undefined for text that no launcher wrote
 */
export function parseLaunchRecord(text: string): LaunchRecord | undefined {
  const lines = text.split('\n').map((line) => line.split(' '))
  const valuesOf = (key: string) => lines.filter((line) => line[0] === key).map((l) => l.slice(1))
  const [ids] = valuesOf('ids')
  // What the launcher takes back later stands below.
  const rung = rungs.find((known) => known === Number(valuesOf('rung').at(-1)?.[0]))
  if (ids === undefined || rung === undefined) return undefined
  return {
    entered: valuesOf('entered').at(-1)?.[0] === '1',
    rung,
    hostUid: Number(ids[0]),
    hostGid: Number(ids[1]),
    capabilities: BigInt(`0x${valuesOf('capabilities')[0]?.[0] ?? '0'}`),
    uidMap: valuesOf('uidmap').map(idMap),
    gidMap: valuesOf('gidmap').map(idMap),
    tried: valuesOf('tried').map(tried),
    program: valuesOf('program')[0]?.join(' ') ?? '',
    terminals: terminals(valuesOf('terminals')[0] ?? []),
  }
}

const idMap = ([containerId, hostId, size]: readonly string[]): IdMap => ({
  containerId: Number(containerId),
  hostId: Number(hostId),
  size: Number(size),
})

const terminals = ([stdin, stdout, stderr]: readonly string[]) =>
  [stdin === '1', stdout === '1', stderr === '1'] as const

const tried = ([rung, errno, step, ...words]: readonly string[]): Tried => ({
  rung: Number(rung),
  errno: Number(errno),
  step: step ?? '',
  words: words.join(' ').trim(),
})
