// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { configOf, type Given, plan } from './plan.ts'

const bases = (text: string, given?: Given) => plan(text, given).stages.map(({ base }) => base)

describe('FROM', () => {
  it('is an image, scratch, or a stage further up by name in any case, or by number', () => {
    const text = 'FROM debian AS Base\nFROM scratch\nFROM bAsE\nFROM 0\nFROM later\nFROM x AS later'
    assert.deepEqual(bases(text), [
      { kind: 'image', name: 'debian' },
      { kind: 'scratch' },
      { kind: 'stage', index: 0 },
      { kind: 'stage', index: 0 },
      { kind: 'image', name: 'later' },
      { kind: 'image', name: 'x' },
    ])
  })

  it('means the last stage where two have the name, and never its own', () => {
    const text = 'FROM alpine AS a\nFROM debian AS a\nFROM a AS a'
    assert.deepEqual(bases(text).at(-1), { kind: 'stage', index: 1 })
  })

  it('sees the ARGs before it, and the platforms', () => {
    const text = `ARG tag=1
ARG name=debian:$tag
ARG same
FROM --platform=$BUILDPLATFORM \${name}
FROM x-$TARGETARCH-\${TARGETVARIANT}-$same-\${none:-d}`
    assert.deepEqual(bases(text, { buildArgs: { tag: '2', same: 's' } }), [
      { kind: 'image', name: 'debian:2', platform: 'linux/amd64' },
      { kind: 'image', name: 'x-arm64-v8-s-d' },
    ])
  })
})

interface ArgRow {
  readonly name: string
  readonly lines: string
  readonly buildArgs?: Readonly<Record<string, string>>
  /** Of `LABEL v=[$A]` behind the lines. */
  readonly want: string
}

const args: readonly ArgRow[] = [
  { name: 'has its default', lines: 'FROM x\nARG A=1', want: '1' },
  { name: 'has no value without', lines: 'FROM x\nARG A', want: '' },
  { name: 'has what is given', lines: 'FROM x\nARG A=1', buildArgs: { A: '2' }, want: '2' },
  { name: 'may be given empty', lines: 'FROM x\nARG A=1', buildArgs: { A: '' }, want: '' },
  {
    name: 'is unknown before its line',
    lines: 'FROM x\nLABEL v=$A',
    buildArgs: { A: '2' },
    want: '',
  },
  { name: 'before FROM is not seen in a stage', lines: 'ARG A=1\nFROM x', want: '' },
  { name: 'before FROM is seen when declared again', lines: 'ARG A=1\nFROM x\nARG A', want: '1' },
  { name: 'may have another default in a stage', lines: 'ARG A=1\nFROM x\nARG A=2', want: '2' },
  { name: 'keeps its value when it is declared twice', lines: 'FROM x\nARG A=1\nARG A', want: '1' },
  {
    name: 'sees the ARGs and ENVs before it',
    lines: 'FROM x\nARG B=1\nENV C=2\nARG A=$B$C',
    want: '12',
  },
  { name: 'does not see those of its own line', lines: 'FROM x\nARG B=1 A=$B', want: '' },
  {
    name: 'is hidden by ENV',
    lines: 'FROM x\nENV A=env\nARG A=1',
    buildArgs: { A: '2' },
    want: 'env',
  },
  { name: 'is inherited by a stage', lines: 'FROM x AS a\nARG A=1\nFROM a', want: '1' },
  { name: 'is not known in other stages', lines: 'FROM x AS a\nARG A=1\nFROM x', want: '' },
  { name: 'can be a quoted default', lines: 'FROM x\nARG A="a b"', want: 'a b' },
  { name: 'of the platform needs a line', lines: 'FROM x\nENV A=$TARGETARCH', want: '' },
  {
    name: 'of the platform has its value',
    lines: 'FROM x\nARG TARGETPLATFORM\nENV A=$TARGETPLATFORM',
    want: 'linux/arm64/v8',
  },
  {
    name: 'of the platform can be given',
    lines: 'FROM x\nARG TARGETOS\nENV A=$TARGETOS',
    buildArgs: { TARGETOS: 'b' },
    want: 'b',
  },
  {
    name: 'of a proxy needs no line',
    lines: 'FROM x\nENV A=$HTTP_PROXY',
    buildArgs: { HTTP_PROXY: 'p' },
    want: 'p',
  },
  {
    name: 'is not what JavaScript knows',
    lines: 'FROM x\nARG constructor\nENV A=$constructor',
    want: '',
  },
]

describe('an ARG', () => {
  for (const { name, lines, buildArgs = {}, want } of args) {
    it(name, () => {
      const { Labels } = configOf(`${lines}\nLABEL v=[$A]`, { buildArgs })
      assert.deepEqual(Labels, { v: `[${want}]` })
    })
  }

  it('that nobody declares is told', () => {
    const buildArgs = { A: '1', B: '2', C: '3', http_proxy: 'p', TARGETARCH: 'x' }
    const { unconsumedArgs } = plan('ARG A\nFROM x\nARG B', { buildArgs })
    assert.deepEqual(unconsumedArgs, ['C'])
  })
})

describe('the target', () => {
  const text = `FROM x AS base
FROM x AS unused
COPY --from=base /a /a
FROM base AS tools
FROM x AS Final
COPY --from=tools a b
COPY --from=0 a b
FROM x AS behind`
  const targets: readonly (readonly [target: string, needed: readonly number[]])[] = [
    ['final', [0, 2, 3]],
    ['FINAL', [0, 2, 3]],
    ['3', [0, 2, 3]],
    ['base', [0]],
    ['unused', [0, 1]],
  ]
  for (const [target, needed] of targets) {
    it(`${target} needs ${needed.join(', ')}`, () => {
      const build = plan(text, { target })
      assert.deepEqual([build.needed, build.target], [needed, needed.at(-1)])
      assert.equal(build.stages.length, build.target + 1)
    })
  }

  it('is the last stage where none is named', () => {
    assert.deepEqual(plan(text).needed, [4])
  })

  it('is refused when there is none of that name', () => {
    const near = { code: 'USAGE', message: /no stage "tols" in Containerfile/, hint: /"tools"\?/ }
    assert.throws(() => plan(text, { target: 'tols' }), near)
    const far = { code: 'USAGE', hint: 'its stages are base, unused, tools, final, behind' }
    assert.throws(() => plan(text, { target: '5' }), far)
  })
})

describe('COPY --from', () => {
  it('is the context, a stage further up, or an image', () => {
    const text = `FROM x AS a
FROM x
ARG where=a
COPY a b
COPY --from=A a b
COPY --from=$where a b
COPY --from=docker.io/library/x:1 a b`
    const sources = [...(plan(text).stages[1]?.copySources.values() ?? [])]
    assert.deepEqual(sources, [
      { kind: 'context' },
      { kind: 'stage', index: 0 },
      { kind: 'stage', index: 0 },
      { kind: 'image', name: 'docker.io/library/x:1' },
    ])
  })
})

const refusals: readonly (readonly [name: string, text: string, message: RegExp])[] = [
  ['an empty file', '\n# x\n', /Containerfile:1: there are no instructions/],
  ['a file without FROM', '\nARG x', /Containerfile:2: there is no FROM/],
  ['an instruction before FROM', 'ARG x\nENV a=b\nFROM x', /:2: only ARG may stand/],
  ['a FROM of nothing', 'FROM $x', /"\$x" expands to nothing/],
  ['a --from of nothing', 'FROM x\nCOPY --from=$y a b', /--from=\$y expands to nothing/],
  ['a stage that copies from itself', 'FROM x AS a\nCOPY --from=a a b', /this stage itself/],
  ['a stage that comes later', 'FROM x\nCOPY --from=b a b\nFROM x AS b', /comes later/],
  ['a number that comes later', 'FROM x\nCOPY --from=1 a b\nFROM x', /comes later/],
  ['a number of no stage', 'FROM x\nCOPY --from=7 a b', /--from=7 is no stage/],
]

describe('a plan is refused for', () => {
  for (const [name, text, message] of refusals) {
    it(name, () => {
      assert.throws(() => plan(text), { code: 'CONTAINERFILE_INVALID', message })
    })
  }
})
