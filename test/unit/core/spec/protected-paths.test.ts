// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  maskedPaths,
  protectedPaths,
  readonlyPaths,
} from '../../../../core/spec/protected-paths.ts'

const counters = (list: string) =>
  maskedPaths(list).flatMap((path) => /\/cpu([0-9]+)\/thermal_throttle$/.exec(path)?.[1] ?? [])

describe('maskedPaths', () => {
  it('holds what buildah and podman mask', () => {
    const theirs = [
      '/proc/acpi',
      '/proc/kcore',
      '/proc/keys',
      '/proc/latency_stats',
      '/proc/timer_list',
      '/proc/timer_stats',
      '/proc/sched_debug',
      '/proc/scsi',
      '/sys/firmware',
      '/sys/fs/selinux',
      '/sys/dev/block',
      '/sys/devices/virtual/powercap',
    ]
    assert.deepEqual(
      theirs.filter((path) => !maskedPaths('').includes(path)),
      [],
    )
  })

  const cases = [
    { list: '', want: [] },
    { list: '0', want: ['0'] },
    { list: '0-2,7\n', want: ['0', '1', '2', '7'] },
    { list: '3-1', want: [] },
    { list: 'x', want: [] },
    { list: '0-99999999', want: [] },
    { list: '8190-9999', want: ['8190', '8191'] },
  ]
  for (const { list, want } of cases) {
    it(`adds the thermal counters of ${JSON.stringify(list)}`, () => {
      assert.deepEqual(counters(list), want)
    })
  }
})

describe('protected paths', () => {
  it('are each in one list, once', () => {
    const all = [...maskedPaths(''), ...readonlyPaths()]
    assert.equal(new Set(all).size, all.length)
  })
})

describe('protectedPaths', () => {
  const nothing = { mask: [], unmask: [] }

  it('hides more', () => {
    const { masked, readonly } = protectedPaths('', { ...nothing, mask: ['/a', '/proc/kcore'] })
    assert.deepEqual(masked, [...maskedPaths(''), '/a'])
    assert.deepEqual(readonly, readonlyPaths())
  })

  it('shows all, but not what is hidden by name', () => {
    const shown = protectedPaths('0', { mask: ['/a'], unmask: ['ALL'] })
    assert.deepEqual(shown, { masked: ['/a'], readonly: [] })
  })

  const patterns: readonly (readonly [pattern: string, isShown: RegExp])[] = [
    ['/proc/kcore', /^\/proc\/kcore$/],
    ['/proc/*', /^\/proc\/[^/]+$/],
    ['/proc/s?s', /^\/proc\/sys$/],
    ['/sys/*/block', /^\/sys\/dev\/block$/],
    ['/*', /^$/],
    ['/proc/[', /^$/],
  ]
  for (const [pattern, isShown] of patterns) {
    it(`shows what is like ${pattern}`, () => {
      const { masked, readonly } = protectedPaths('', { ...nothing, unmask: [pattern] })
      assert.deepEqual(
        [...masked, ...readonly],
        [...maskedPaths(''), ...readonlyPaths()].filter((path) => !isShown.test(path)),
      )
    })
  }
})
