// SPDX-License-Identifier: Apache-2.0
/** No option that buildah has as well is left out of the comparison. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { dashed, flagName, type Option } from '../../cli/command.ts'
import { runCommand } from '../../cli/commands/run.ts'
import { containerOptions } from '../../cli/container-options.ts'
import { lacking } from '../harness/requires.ts'
import { rows } from './run-options/all.ts'

/** What buildah cannot do here, and we refuse without a runtime: limits need cgroups. */
const resources = [
  ...['memory', 'memory-swap', 'cpu-period', 'cpu-quota', 'cpu-shares'],
  ...['cpuset-cpus', 'cpuset-mems', 'cgroup-parent'],
]

describe('the table of options', () => {
  const skip = lacking('program:buildah')
  it('has a row for each that both have', skip === undefined ? {} : { skip }, () => {
    const theirs = ['run', 'from'].map(helpOf).join()
    const ours = Object.entries<Option>({ ...containerOptions, ...runCommand.options })
    const shared = ours.filter(([key]) => theirs.includes(` --${flagName(key)} `))
    const used = rows.flatMap(({ from = [], run = [] }) => [...from, ...run])
    const missing = shared
      .filter(
        ([key, { alias = [] }]) => ![flagName(key), ...alias].some((name) => isIn(used, name)),
      )
      .map(([key]) => flagName(key))
    assert.deepEqual(
      missing.filter((name) => !resources.includes(name)),
      [],
    )
  })
})

const helpOf = (verb: string) => execFileSync('buildah', [verb, '--help'], { encoding: 'utf8' })

const isIn = (used: readonly string[], name: string): boolean =>
  used.some((word) => word === dashed(name) || word.startsWith(`${dashed(name)}=`))
