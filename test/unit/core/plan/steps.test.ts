// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lastStep, stepsOf } from './plan.ts'

const PATH = 'PATH=/x'
const config = { Env: [PATH] }
const run = (lines: string, buildArgs = {}) =>
  lastStep('run', `FROM debian\n${lines}`, { config, buildArgs })
const copy = (lines: string) => lastStep('copy', `FROM debian\n${lines}`, { config })

describe('RUN', () => {
  it('gives its text to the shell, without expanding anything', () => {
    assert.deepEqual(run('ENV a=1\nRUN echo "$a" \\\n  && b').args, [
      '/bin/sh',
      '-c',
      'echo "$a"   && b',
    ])
  })

  it('uses the SHELL, that of the base too', () => {
    const text = 'FROM debian\nRUN a'
    const { args } = lastStep('run', text, { config: { Shell: ['/bin/bash', '-ec'] } })
    assert.deepEqual(args, ['/bin/bash', '-ec', 'a'])
    assert.deepEqual(run('SHELL ["x"]\nRUN a').args, ['x', 'a'])
  })

  it('takes JSON as the arguments themselves', () => {
    assert.deepEqual(run('SHELL ["x"]\nRUN ["a", "$b"]').args, ['a', '$b'])
  })

  it('takes a heredoc alone as the script', () => {
    assert.deepEqual(run('RUN <<EOF\necho $x\nEOF').args, ['/bin/sh', '-c', 'echo $x\n'])
  })

  it('leaves a heredoc beside a command to the shell', () => {
    const { args } = run('RUN cat <<A <<-"B" > /x\na\nA\n\tb\n\tB\n')
    assert.deepEqual(args.at(-1), 'cat <<A <<-"B" > /x\na\nA\nb\nB\n')
  })

  it('says that it cannot run a script of another interpreter yet', () => {
    const refusal = { code: 'CONTAINERFILE_INVALID', hint: /name the interpreter/ }
    assert.throws(() => run('RUN <<EOF\n#!/usr/bin/python3\nEOF'), refusal)
  })

  it('has the ENV and the ARGs that no ENV hides, not those without a value', () => {
    const { env } = run('ARG A=1\nARG B=2 C\nENV B=env D=3\nRUN x')
    assert.deepEqual(env, [PATH, 'B=env', 'D=3', 'A=1'])
  })

  it('has the proxies that were given, apart from the rest', () => {
    const given = { http_proxy: 'p', HTTPS_PROXY: 'q', NO_PROXY: 'r', OTHER: 's' }
    const { env, hiddenEnv } = run('ARG NO_PROXY\nENV HTTPS_PROXY=own\nRUN x', given)
    assert.deepEqual(env, [PATH, 'HTTPS_PROXY=own', 'NO_PROXY=r'])
    assert.deepEqual(hiddenEnv, ['http_proxy=p'])
  })

  it('knows its user, directory and network', () => {
    const { user, workingDir, network } = run('USER 5\nWORKDIR a\nRUN --network=none x')
    assert.deepEqual(
      { user, workingDir, network },
      { user: '5', workingDir: '/a', network: 'none' },
    )
    const bare = run('RUN x')
    assert.deepEqual([bare.user, bare.workingDir, bare.network], ['', '/', 'default'])
  })
})

describe('COPY', () => {
  it('expands its words and flags', () => {
    const { sources, destination, chown, chmod } = copy(
      'ENV u=5 d=/dst s="a b"\nCOPY --chown=$u:${u} --chmod=$m$u $s "c" $d/',
    )
    assert.deepEqual(sources, ['a b', 'c'])
    assert.deepEqual(
      { destination, chown, chmod },
      { destination: '/dst/', chown: '5:5', chmod: '5' },
    )
  })

  const destinations: readonly (readonly [written: string, want: string])[] = [
    ['/b', '/b'],
    ['/b/', '/b/'],
    ['b', '/work/b'],
    ['b/', '/work/b/'],
    ['.', '/work/'],
    ['./', '/work/'],
    ['b/.', '/work/b/'],
    ['..', '/'],
    ['../b', '/b'],
    ['/', '/'],
    ['/a/../../b//c', '/b/c'],
  ]
  for (const [written, want] of destinations) {
    it(`goes to ${want} when it says ${written} in /work`, () => {
      assert.equal(copy(`WORKDIR /work\nCOPY a ${written}`).destination, want)
    })
  }

  it('writes the documents that are in the file', () => {
    const { files, sources } = copy('ENV x=1\nCOPY <<a <<\'b\' c /d/\n"$x"\na\n$x\nb')
    assert.deepEqual(files, [
      { name: 'a', content: '"1"\n' },
      { name: 'b', content: '$x\n' },
    ])
    assert.deepEqual(sources, ['c'])
  })

  it('tells ADD from COPY', () => {
    assert.deepEqual([copy('ADD a /b').verb, copy('COPY a /b').verb], ['ADD', 'COPY'])
  })

  it('is refused where a word comes to nothing', () => {
    for (const line of ['COPY $x /b', 'COPY a $x']) {
      assert.throws(() => copy(line), /expands to nothing/)
    }
  })

  it('says to write JSON where blanks are quoted', () => {
    const refusal = { code: 'CONTAINERFILE_INVALID', hint: /JSON array/ }
    assert.throws(() => copy('COPY "a b" /c'), refusal)
  })
})

describe('WORKDIR', () => {
  it('is a step, for it makes the directory', () => {
    const { path, user } = lastStep('workdir', 'FROM x\nUSER 5\nWORKDIR a')
    assert.deepEqual([path, user], ['/a', '5'])
  })
})

describe('the triggers of a base', () => {
  it('come first, at the place of FROM', () => {
    const base = { OnBuild: ['ENV A=1', 'COPY a /x', 'RUN y'] }
    const steps = stepsOf('# x\nFROM debian\nLABEL l=$A', { config: base })
    assert.deepEqual(
      steps.map(({ instruction: { kind, range } }) => [kind, range.startLine]),
      [
        ['env', 2],
        ['copy', 2],
        ['run', 2],
        ['label', 3],
      ],
    )
    assert.deepEqual(steps.at(-1)?.config.Labels, { l: '1' })
  })

  for (const trigger of [
    'FROM x',
    'ONBUILD RUN x',
    'MAINTAINER x',
    'NOTHING x',
    'COPY --from=a b c',
  ]) {
    it(`are refused when one is ${trigger}`, () => {
      const refusal = { code: 'CONTAINERFILE_INVALID' }
      assert.throws(() => stepsOf('FROM debian', { config: { OnBuild: [trigger] } }), refusal)
    })
  }
})

const history: readonly (readonly [lines: string, want: string])[] = [
  ['ENV a=1  b="2"', '/bin/sh -c #(nop) ENV a=1  b="2"'],
  ['COPY a /b', '/bin/sh -c #(nop) COPY a /b'],
  ['WORKDIR a', '/bin/sh -c #(nop) WORKDIR a'],
  ['RUN echo  hi', '/bin/sh -c echo  hi'],
  ['RUN ["a", "b"]', '/bin/sh -c ["a","b"]'],
  ['ARG b=2 a=1 c\nENV a=env\nRUN x', '|2 a=env b=2 /bin/sh -c x'],
]

describe('the history', () => {
  for (const [lines, want] of history) {
    it(`says ${want}`, () => {
      assert.equal(stepsOf(`FROM debian\n${lines}`).at(-1)?.createdBy, want)
    })
  }
})
