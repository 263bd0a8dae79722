// SPDX-License-Identifier: Apache-2.0
import { canonicalJson } from '../lib/canonical-json.ts'
import { parseExactJson } from '../lib/exact-json.ts'
import { stringifySpec } from '../spec/print.ts'
import type { RuntimeSpec } from '../spec/schema.ts'
import { compileSeccomp } from '../spec/seccomp/seccomp-main.ts'
import { parseSpec } from '../spec/validate.ts'
import { bundleIn, writeBundle } from './bundle.ts'
import { chooseHooks, type Hook } from './choose.ts'
import { hookFailed } from './failed.ts'
import type { HookedRun, HookedSpec } from './hooks.ts'
import { hookName, runHook } from './run-hook.ts'

/**
 * Chooses the hooks of a container, lets the precreate ones edit its spec, and puts the others
 * into it.
 *
 * @throws TsbuildError HOOK_FAILED
 */
export async function applyHooks(
  { spec, filter }: HookedSpec,
  { hooks: files, folder, hasBindMounts }: HookedRun,
): Promise<HookedSpec> {
  const { annotations = {}, process } = spec
  const subject = { program: process?.args?.[0] ?? '', annotations, hasBindMounts }
  const { precreate, hooks } = chooseHooks(files, subject)
  let edited: RuntimeSpec = hooks === undefined ? spec : { ...spec, hooks }
  if (precreate.length === 0 && hooks === undefined) return { spec, filter }
  writeBundle(folder, edited)
  for (const hook of precreate) {
    edited = await edit(edited, hook, bundleIn(folder))
    writeBundle(folder, edited)
  }
  return { spec: edited, filter: filterOf({ spec: edited, filter }, spec) }
}

async function edit(spec: RuntimeSpec, hook: Hook, bundle: string): Promise<RuntimeSpec> {
  const stage = 'precreate'
  const output = await runHook({ bundle }, hook, { stage, input: stringifySpec(spec) })
  try {
    const edited = parseSpec(parseExactJson(output))
    refuseLateEdits(spec, edited)
    return edited
  } catch (cause) {
    throw hookFailed(hookName(stage, hook), cause)
  }
}

/** What init has made already when the spec is known: the accounts of the image decide on it. */
function refuseLateEdits(before: RuntimeSpec, after: RuntimeSpec): void {
  const parts: Readonly<Record<string, (spec: RuntimeSpec) => unknown>> = {
    '/root/path': ({ root }) => root.path,
    '/linux/namespaces': ({ linux }) => linux?.namespaces,
    '/linux/uidMappings': ({ linux }) => linux?.uidMappings,
    '/linux/gidMappings': ({ linux }) => linux?.gidMappings,
  }
  for (const [path, part] of Object.entries(parts))
    if (!isSame(part(before), part(after)))
      throw new RangeError(`it changes ${path}, which is there already when hooks are asked`)
}

const isSame = (left: unknown, right: unknown) =>
  canonicalJson(left ?? null) === canonicalJson(right ?? null)

/** The program of the profile, compiled anew where a hook changed that. */
function filterOf({ spec, filter }: HookedSpec, before: RuntimeSpec): HookedSpec['filter'] {
  const profile = spec.linux?.seccomp
  if (isSame(profile, before.linux?.seccomp)) return filter
  const machine = process.arch === 'arm64' ? 'arm64' : 'x64'
  const program = profile === undefined ? undefined : compileSeccomp(profile, machine)
  return { profile, program }
}
