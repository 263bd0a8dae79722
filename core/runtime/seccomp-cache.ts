// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { TEMPORARY_SUFFIX } from '../lib/files.ts'
import type { CompiledSeccomp } from '../spec/seccomp/compile.ts'
import { folders } from '../store/layout.ts'
import { version } from '../version.ts'

/** What a compiled profile depends on. */
export interface CacheKey {
  /** Profile, capabilities, machine and kernel: chooses the file. */
  readonly facts: string
  /** The text of the profile. */
  readonly text: Buffer
}

/**
 * Compiled profiles that lie in files, for compiling takes longer than all else that `run` does.
 *
 * A file holds its whole key and is compared with it, which is faster than a digest. It is not
 * trusted more than the store it lies in.
 */
export interface SeccompCache {
  find(key: CacheKey): CompiledSeccomp | undefined
  /** A disk that is full, or read only, is no reason to fail: then the next run compiles anew. */
  add(key: CacheKey, compiled: CompiledSeccomp): void
}

/** Raised whenever the compiler makes something else of a profile. */
const COMPILER = 1

/** Of sets of capabilities there are many; the folder is emptied when it holds more. */
const FILES_MAX = 64

/** The program's length and the flags, after the key. */
const NUMBERS_BYTES = 8

/** @param root of the store */
export function seccompCache(root: string): SeccompCache {
  const folder = `${root}/${folders.seccomp}`
  return {
    find(key) {
      try {
        return decode(readFileSync(pathOf(folder, key)), keyBytes(key))
      } catch {
        return undefined
      }
    },
    add(key, compiled) {
      try {
        makeRoom(folder)
        write(pathOf(folder, key), encode(key, compiled))
      } catch {}
    },
  }
}

function makeRoom(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const names = readdirSync(folder)
  if (names.length < FILES_MAX) return
  for (const name of names) rmSync(`${folder}/${name}`, { force: true })
}

function write(path: string, content: Buffer): void {
  const temporary = `${path}.${process.pid}${TEMPORARY_SUFFIX}`
  try {
    writeFileSync(temporary, content, { flag: 'wx', mode: 0o600 })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

const keyBytes = ({ facts, text }: CacheKey) =>
  Buffer.concat([Buffer.from(`tsbuild ${version}/${COMPILER}\n${facts}\n`), text])

function encode(key: CacheKey, { program, flags }: CompiledSeccomp): Buffer {
  const numbers = Buffer.alloc(NUMBERS_BYTES)
  numbers.writeUInt32LE(program.length)
  numbers.writeUInt32LE(flags, 4)
  return Buffer.concat([keyBytes(key), numbers, program])
}

/** @returns undefined unless the file is of that key, and whole */
function decode(file: Buffer, key: Buffer): CompiledSeccomp | undefined {
  const start = key.length + NUMBERS_BYTES
  if (file.length < start || !file.subarray(0, key.length).equals(key)) return undefined
  const program = file.subarray(start)
  if (program.length !== file.readUInt32LE(key.length)) return undefined
  return { program, flags: file.readUInt32LE(key.length + 4) }
}

/** FNV-1a of the facts: names a file, and need not be unique. */
function pathOf(folder: string, { facts }: CacheKey): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(facts)) hash = Math.imul(hash ^ byte, 0x01000193)
  return `${folder}/${(hash >>> 0).toString(16).padStart(8, '0')}`
}
