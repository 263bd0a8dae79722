// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { repository } from '../../harness/repository.ts'
import { findProgram } from '../../harness/requires.ts'

interface Script {
  machineOf(file: Buffer): string | undefined
  isStatic(file: Buffer): boolean
}

const { machineOf, isStatic }: Script = await import(`${repository}/scripts/lib/elf.mjs`)

describe('an ELF file', () => {
  it('of Node is dynamic and for this machine', () => {
    const file = readFileSync(process.execPath)
    assert.equal(machineOf(file), process.arch)
    assert.equal(isStatic(file), false)
  })

  it('of busybox-static is static', () => {
    assert.equal(isStatic(readFileSync(findProgram('busybox') ?? '')), true)
  })

  for (const [name, file] of [
    ['a script', Buffer.from('#!/bin/sh\n'.repeat(10))],
    ['an empty file', Buffer.alloc(0)],
    ['an ELF file of 32 bits', Buffer.concat([Buffer.from('\x7fELF\x01'), Buffer.alloc(60)])],
  ] as const) {
    it(`${name} is none`, () => {
      assert.equal(machineOf(file), undefined)
      assert.equal(isStatic(file), false)
    })
  }
})
