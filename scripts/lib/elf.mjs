// SPDX-License-Identifier: Apache-2.0

const machines = new Map([
  [62, 'x64'],
  [183, 'arm64'],
])
const interpreterSegment = 3 // PT_INTERP

/**
 * What an ELF file is made for, as Node names it; `undefined` for other machines and files.
 *
 * @param {Buffer} file a whole little-endian 64-bit ELF file
 * @see elf(5)
 */
export const machineOf = (file) => (isElf(file) ? machines.get(file.readUInt16LE(18)) : undefined)

/**
 * Whether the program runs without a dynamic linker, so in any root file system.
 *
 * @param {Buffer} file
 */
export function isStatic(file) {
  if (!isElf(file)) return false
  const table = Number(file.readBigUInt64LE(32))
  const [size, count] = [file.readUInt16LE(54), file.readUInt16LE(56)]
  for (let index = 0; index < count; index++) {
    if (file.readUInt32LE(table + index * size) === interpreterSegment) return false
  }
  return true
}

/** @param {Buffer} file */
const isElf = (file) => file.length >= 64 && file.readUInt32BE(0) === 0x7f454c46 && file[4] === 2
