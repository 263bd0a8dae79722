// SPDX-License-Identifier: Apache-2.0
//
// Writes core/spec/seccomp/numbers/*.ts from the kernel's own headers.
//
//   apt-get download linux-libc-dev && dpkg-deb -x linux-libc-dev_*.deb DIR
//   node scripts/generate-syscalls.mjs DIR
//
// Debian's linux-libc-dev holds the headers of all architectures side by side since Linux 6.11.
// Take the newest one: numbers are never changed, only added, and what is missing here cannot be
// named in a profile. The same headers give the same bytes.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const uapi = 'usr/lib/linux/uapi'
const target = join(import.meta.dirname, '../core/spec/seccomp/numbers')

/** Symbols that look like a call but name a base, a mask or a count. */
const notCalls = new Set(['OABI_SYSCALL_BASE', 'SYSCALL_BASE', 'SYSCALL_MASK', 'syscalls', 'BASE'])

/**
 * What the expressions in the headers are relative to. x32 numbers are kept without their bit.
 *
 * @type {Readonly<Record<string, number>>}
 */
const bases = { __NR_SYSCALL_BASE: 0, __X32_SYSCALL_BIT: 0, __ARM_NR_BASE: 0x0f0000 }

const tables = [
  { name: 'x64', title: 'x86-64', headers: ['x86/asm/unistd_64.h'] },
  { name: 'i386', title: 'i386', headers: ['x86/asm/unistd_32.h'] },
  { name: 'x32', title: 'x32, without the bit 30', headers: ['x86/asm/unistd_x32.h'] },
  { name: 'arm64', title: 'arm64', headers: ['arm64/asm/unistd_64.h'] },
  { name: 'arm', title: 'arm (EABI)', headers: ['arm/asm/unistd-eabi.h', 'arm/asm/unistd.h'] },
]

/** @typedef {readonly [name: string, number: number]} Call */

const root = process.argv[2] ?? ''
if (root === '') {
  console.error('usage: node scripts/generate-syscalls.mjs DIR   (an unpacked linux-libc-dev)')
  process.exit(2)
}
const version = kernelVersion(read('usr/include/linux/version.h'))
for (const table of tables) {
  const text = table.headers.map((header) => read(join(uapi, header))).join('\n')
  const calls = parse(text)
  writeFileSync(join(target, `${table.name}.ts`), source(table, calls))
  console.log(`${table.name}: ${calls.length} calls`)
}

/** @param {string} path in the unpacked package */
function read(path) {
  return readFileSync(join(root, path), 'utf8')
}

/** @param {string} text */
function kernelVersion(text) {
  /** @param {string} name */
  const part = (name) => text.match(new RegExp(`LINUX_VERSION_${name} (\\d+)`))?.[1]
  const found = [part('MAJOR'), part('PATCHLEVEL')]
  if (found.includes(undefined)) throw new Error('no version in linux/version.h')
  return found.join('.')
}

/**
 * @param {string} text
 * @returns {Call[]} by number, then by name
 */
function parse(text) {
  const define = /^#define\s+__(?:ARM_)?NR_(\w+)\s+(\S.*?)\s*$/gm
  /** @type {Map<string, number>} */
  const calls = new Map()
  for (const [, name = '', expression = ''] of text.matchAll(define)) {
    if (notCalls.has(name)) continue
    calls.set(name, evaluate(name, expression, calls))
  }
  return [...calls].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
}

/**
 * @param {string} name
 * @param {string} expression
 * @param {ReadonlyMap<string, number>} calls found before
 */
function evaluate(name, expression, calls) {
  const [, plain, base, offset, alias = ''] =
    expression.match(/^(?:(\d+)|\((\w+)\s*\+\s*(\d+)\)|__NR_(\w+))$/) ?? []
  const number =
    plain !== undefined
      ? Number(plain)
      : base !== undefined
        ? (bases[base] ?? Number.NaN) + Number(offset)
        : calls.get(alias)
  if (number === undefined || !Number.isSafeInteger(number))
    throw new Error(`cannot read ${name}: ${expression}`)
  return number
}

/**
 * @param {{ readonly title: string }} table
 * @param {readonly Call[]} calls
 */
function source({ title }, calls) {
  return [
    '// SPDX-License-Identifier: Apache-2.0',
    `// Written by scripts/generate-syscalls.mjs from the headers of Linux ${version}.`,
    '',
    `/** System calls of ${title}; a number says where the names after it count from. */`,
    'export const table = `',
    ...wrap(pack(calls), 98),
    '`',
    '',
  ].join('\n')
}

/**
 * Words in which a name has the number after its neighbour's, unless a number stands before it.
 *
 * @param {readonly Call[]} calls
 */
function pack(calls) {
  let next = -1
  return calls.flatMap(([name, number]) => {
    const words = number === next ? [name] : [String(number), name]
    next = number + 1
    return words
  })
}

/**
 * @param {readonly string[]} words
 * @param {number} columns
 */
function wrap(words, columns) {
  const lines = ['']
  for (const word of words) {
    const line = lines[lines.length - 1] ?? ''
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= columns) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
