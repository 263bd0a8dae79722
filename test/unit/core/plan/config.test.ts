// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ExecutionConfig } from '../../../../images/model.ts'
import { configOf, planStages } from './plan.ts'

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

interface Row {
  readonly name: string
  readonly lines: string
  readonly base?: ExecutionConfig
  /** Without the Env where it is only the PATH that every image has. */
  readonly want: ExecutionConfig
}

const rows: readonly Row[] = [
  { name: 'an image without PATH gets one', lines: '', want: {} },
  {
    name: 'the PATH of the base stays',
    lines: 'ENV A=$PATH',
    base: { Env: ['PATH=/x'] },
    want: { Env: ['PATH=/x', 'A=/x'] },
  },
  {
    name: 'a PATH is added behind what the base sets',
    lines: '',
    base: { Env: ['Z=1'] },
    want: { Env: ['Z=1', PATH] },
  },
  {
    name: 'ENV sees the values from before the line, and keeps the place of a variable',
    lines: 'ENV a=hello b=1\nENV a=bye c=$a\nENV d=$a',
    want: { Env: [PATH, 'a=bye', 'b=1', 'c=hello', 'd=bye'] },
  },
  {
    name: 'ENV in the old form takes the rest of the line, without its quotes',
    lines: 'ENV a some  value "x y" = z',
    want: { Env: [PATH, 'a=some  value x y = z'] },
  },
  {
    name: 'ENV may be empty, and its name may be a variable',
    lines: 'ENV n=name\nENV $n= "quoted name"=1',
    want: { Env: [PATH, 'n=name', 'name=', 'quoted name=1'] },
  },
  {
    name: 'LABEL adds to those of the base',
    lines: 'LABEL "a b"=\'c d\' x=2\nLABEL y e f\nLABEL __proto__=1',
    base: { Labels: { x: '1', w: '0' } },
    want: { Labels: { x: '2', w: '0', 'a b': 'c d', y: 'e f', ['__proto__']: '1' } },
  },
  {
    name: 'EXPOSE cuts variables into words, and says tcp',
    lines: 'ARG P="80 81/udp"\nEXPOSE $P 90-92/udp 82/TCP 7/sctp',
    base: { ExposedPorts: { '22/tcp': {} } },
    want: {
      ExposedPorts: {
        '22/tcp': {},
        '80/tcp': {},
        '81/udp': {},
        '90-92/udp': {},
        '82/TCP': {},
        '7/sctp': {},
      },
    },
  },
  {
    name: 'VOLUME keeps the words of JSON together, and the paths as written',
    lines: 'VOLUME /a b/../c\nVOLUME ["/d e"]\nENV x=/f\nVOLUME $x/./g',
    want: {
      Env: [PATH, 'x=/f'],
      Volumes: { '/a': {}, 'b/../c': {}, '/d e': {}, '/f/./g': {} },
    },
  },
  {
    name: 'WORKDIR goes on from the one before',
    lines: 'WORKDIR sub\nENV x=up\nWORKDIR ../$x/.\nWORKDIR a//b/',
    base: { WorkingDir: '/base' },
    want: { Env: [PATH, 'x=up'], WorkingDir: '/base/up/a/b' },
  },
  { name: 'WORKDIR stops at the root', lines: 'WORKDIR ../..', want: { WorkingDir: '/' } },
  {
    name: 'USER is expanded',
    lines: 'ARG U=7\nUSER ${U}:x',
    want: { User: '7:x' },
  },
  {
    name: 'USER may expand to nothing, which is root',
    lines: 'USER $x',
    base: { User: '5' },
    want: { User: '' },
  },
  {
    name: 'STOPSIGNAL is kept as written',
    lines: 'STOPSIGNAL sigterm',
    want: { StopSignal: 'sigterm' },
  },
  { name: 'STOPSIGNAL may be a number', lines: 'STOPSIGNAL 9', want: { StopSignal: '9' } },
  {
    name: 'STOPSIGNAL may be a real-time one',
    lines: 'STOPSIGNAL RTMIN+3',
    want: { StopSignal: 'RTMIN+3' },
  },
  {
    name: 'CMD and ENTRYPOINT as text use /bin/sh, whatever SHELL says, and are not expanded',
    lines: 'SHELL ["/bin/bash", "-c"]\nENTRYPOINT run $x\nCMD echo  "hi"',
    want: {
      Shell: ['/bin/bash', '-c'],
      Entrypoint: ['/bin/sh', '-c', 'run $x'],
      Cmd: ['/bin/sh', '-c', 'echo  "hi"'],
    },
  },
  {
    name: 'ENTRYPOINT clears the CMD of the base',
    lines: 'ENTRYPOINT ["y"]',
    base: { Cmd: ['x'], Entrypoint: ['w'] },
    want: { Entrypoint: ['y'] },
  },
  {
    name: 'ENTRYPOINT keeps the CMD of its own stage',
    lines: 'CMD ["x"]\nENTRYPOINT ["y"]',
    want: { Cmd: ['x'], Entrypoint: ['y'] },
  },
  {
    name: 'empty commands clear those of the base',
    lines: 'CMD []\nENTRYPOINT []',
    base: { Cmd: ['x'], Entrypoint: ['w'] },
    want: {},
  },
  {
    name: 'HEALTHCHECK as text is for the shell',
    lines: 'HEALTHCHECK --interval=5s --retries=2 CMD curl $x',
    want: { Healthcheck: { Test: ['CMD-SHELL', 'curl $x'], Interval: 5e9, Retries: 2 } },
  },
  {
    name: 'HEALTHCHECK NONE switches off',
    lines: 'HEALTHCHECK CMD ["x"]\nHEALTHCHECK NONE',
    want: { Healthcheck: { Test: ['NONE'] } },
  },
  {
    name: 'ONBUILD leaves its trigger, and those of the base are gone',
    lines: 'ONBUILD RUN a $x\nONBUILD COPY . /app',
    base: { OnBuild: ['LABEL by=base'] },
    want: { OnBuild: ['RUN a $x', 'COPY . /app'], Labels: { by: 'base' } },
  },
]

describe('the config', () => {
  for (const { name, lines, base = {}, want } of rows) {
    it(name, () => {
      const found = configOf(`FROM debian\n${lines}`, { config: base })
      assert.deepEqual(found, { Env: [PATH], ...want })
    })
  }

  it('of a stage goes on in the next', () => {
    const stages = planStages('FROM x AS a\nCMD ["x"]\nENV A=1\nFROM a\nENTRYPOINT ["y"]\nENV B=$A')
    const want = { Env: [PATH, 'A=1', 'B=1'], Entrypoint: ['y'] }
    assert.deepEqual(stages.at(-1)?.end.config, want)
  })

  it('says the author of the last MAINTAINER, as written', () => {
    const stages = planStages('FROM x\nMAINTAINER x\nMAINTAINER "a  b" $x\nENV a=1')
    const [{ steps = [], end } = assert.fail()] = stages
    assert.deepEqual(
      [end.author, ...steps.map(({ author }) => author)],
      ['"a  b" $x', 'x', '"a  b" $x', '"a  b" $x'],
    )
  })
})

const refusals: readonly (readonly [line: string, message: RegExp])[] = [
  ['ENV $x=1', /Containerfile:2: the name "\$x" expands to nothing/],
  ['LABEL $x=1', /expands to nothing/],
  ['WORKDIR $x', /WORKDIR expands to nothing/],
  ['VOLUME $x', /the volume "\$x" expands to nothing/],
  ['EXPOSE abc', /"abc" is no port/],
  ['EXPOSE 0', /is no port/],
  ['EXPOSE 65536', /is no port/],
  ['EXPOSE 9-8', /is no port/],
  ['EXPOSE 80/http', /is no port/],
  ['EXPOSE 1.2.3.4:80:80', /is no port/],
  ['STOPSIGNAL SIGFOO', /"SIGFOO" is no signal/],
  ['STOPSIGNAL 0', /"0" is no signal/],
  ['STOPSIGNAL 65', /"65" is no signal/],
  ['ENV a="${x:?so it is}"', /x: so it is/],
  ['ARG =1', /"=1" has no name/],
  ['ARG $x=1', /"\$x" is no name for an ARG/],
]

describe('an instruction is refused', () => {
  for (const [line, message] of refusals) {
    it(line, () => {
      const excerpt = new RegExp(`^>>> 2 \\| ${line.replaceAll(/[$?.{}]/g, '\\$&')}$`, 'm')
      const refusal = { code: 'CONTAINERFILE_INVALID', message, excerpt }
      assert.throws(() => configOf(`FROM debian\n${line}`), refusal)
    })
  }
})
