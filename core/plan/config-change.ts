// SPDX-License-Identifier: Apache-2.0
import type { ExecutionConfig } from '../../images/model.ts'
import { type Expansion, expandWord, expandWords } from '../containerfile/expand.ts'
import type {
  Command,
  CommandInstruction,
  ConfigInstruction,
  HealthcheckInstruction,
  ListInstruction,
  NameValue,
  TextInstruction,
} from '../containerfile/instructions.ts'
import { readPort } from './port.ts'
import { isSignal } from './signal.ts'
import { declareArgs, expansionOf, type State, type Surroundings } from './state.ts'

/** The state behind an instruction that changes nothing but the config. */
export function changeState(
  instruction: ConfigInstruction,
  state: State,
  around: Surroundings,
): State {
  const expansion = expansionOf(state, around, instruction)
  const withConfig = (part: ExecutionConfig): State => ({
    ...state,
    config: { ...state.config, ...part },
  })
  switch (instruction.kind) {
    case 'arg':
      return { ...state, args: declareArgs(state, around, instruction) }
    case 'env':
      return setEnv(state, pairsOf(instruction.pairs, expansion))
    case 'label': {
      const labels = Object.fromEntries(pairsOf(instruction.pairs, expansion))
      return withConfig({ Labels: { ...state.config.Labels, ...labels } })
    }
    case 'expose':
      return withConfig({
        ExposedPorts: { ...state.config.ExposedPorts, ...portsOf(instruction, expansion) },
      })
    case 'volume':
      return withConfig({
        Volumes: { ...state.config.Volumes, ...volumesOf(instruction, expansion) },
      })
    case 'shell':
      return withConfig({ Shell: [...instruction.values] })
    case 'healthcheck':
      return withConfig({ Healthcheck: healthcheckOf(instruction) })
    case 'onbuild':
      return withConfig({ OnBuild: [...(state.config.OnBuild ?? []), instruction.trigger] })
    case 'cmd':
    case 'entrypoint':
      return setCommand(state, instruction)
    case 'maintainer':
      return { ...state, author: instruction.value }
    case 'user':
      return withConfig({ User: expandWord(instruction.value, expansion) })
    case 'stopsignal':
      return withConfig({ StopSignal: signalOf(instruction, expansion) })
  }
}

function pairsOf(pairs: readonly NameValue[], expansion: Expansion): [string, string][] {
  return pairs.map(({ name: word, value }) => {
    const name = expandWord(word, expansion)
    if (name === '') throw expansion.fail(`the name "${word}" expands to nothing`)
    return [name, expandWord(value, expansion)]
  })
}

/** A variable that is set already keeps its place. */
function setEnv(state: State, pairs: readonly [string, string][]): State {
  const env = new Map([...state.env, ...pairs])
  const Env = [...env].map(([name, value]) => `${name}=${value}`)
  return { ...state, env, config: { ...state.config, Env } }
}

function portsOf({ values }: ListInstruction, expansion: Expansion) {
  const words = values.flatMap((word) => expandWords(word, expansion))
  return Object.fromEntries(
    words.map((word) => {
      const port = readPort(word)
      if (port !== undefined) return [port, {}]
      throw expansion.fail(`"${word}" is no port`, 'write it like 80, 53/udp or 8000-8010/tcp')
    }),
  )
}

function volumesOf({ values }: ListInstruction, expansion: Expansion) {
  return Object.fromEntries(
    values.map((word) => {
      const path = expandWord(word, expansion).trim()
      if (path === '') throw expansion.fail(`the volume "${word}" expands to nothing`)
      return [path, {}]
    }),
  )
}

/** CMD and ENTRYPOINT as text are for /bin/sh, whatever SHELL says, as with buildah. */
const argsOf = (command: Command): string[] =>
  command.form === 'json' ? [...command.args] : ['/bin/sh', '-c', command.text]

/** An empty command takes the setting away; ENTRYPOINT does so with an inherited CMD. */
function setCommand(state: State, { kind, command }: CommandInstruction): State {
  const { Cmd, Entrypoint, ...rest } = state.config
  const args = argsOf(command)
  const cmdSet = state.cmdSet || kind === 'cmd'
  const settings =
    kind === 'cmd' ? { Cmd: args, Entrypoint } : { Cmd: cmdSet ? Cmd : [], Entrypoint: args }
  const set = Object.entries(settings).filter(
    ([, value]) => value !== undefined && value.length > 0,
  )
  return { ...state, cmdSet, config: { ...rest, ...Object.fromEntries(set) } }
}

function healthcheckOf(check: HealthcheckInstruction): NonNullable<ExecutionConfig['Healthcheck']> {
  const { command, intervalNs, timeoutNs, startPeriodNs, startIntervalNs, retries } = check
  if (command === undefined) return { Test: ['NONE'] }
  const test = command.form === 'json' ? ['CMD', ...command.args] : ['CMD-SHELL', command.text]
  return {
    Test: test,
    ...(intervalNs ? { Interval: intervalNs } : {}),
    ...(timeoutNs ? { Timeout: timeoutNs } : {}),
    ...(startPeriodNs ? { StartPeriod: startPeriodNs } : {}),
    ...(startIntervalNs ? { StartInterval: startIntervalNs } : {}),
    ...(retries ? { Retries: retries } : {}),
  }
}

function signalOf(instruction: TextInstruction, expansion: Expansion): string {
  const text = expandWord(instruction.value, expansion)
  if (isSignal(text)) return text
  throw expansion.fail(`"${text}" is no signal`, 'write a name like SIGTERM, or its number')
}
