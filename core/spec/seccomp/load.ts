// SPDX-License-Identifier: Apache-2.0
import { parseExactJson } from '../../lib/exact-json.ts'
import { invalidProfile } from './actions.ts'
import { type CompiledSeccomp, compileSeccomp } from './compile.ts'
import { readEngineProfile } from './engine-profile.ts'
import { hasListener } from './flags.ts'
import { type ProfileFacts, resolveProfile } from './resolve.ts'
import type { LinuxSeccomp } from './types.ts'

export interface LoadedProfile {
  readonly profile: LinuxSeccomp
  readonly program: CompiledSeccomp
}

/**
 * The text of a profile, of the container engines' form or the OCI spec's, for one container.
 *
 * @throws TsbuildError SPEC_INVALID, SyntaxError for text that is no JSON
 */
export function loadProfile(text: string, facts: ProfileFacts): LoadedProfile {
  const resolved = resolveProfile(readEngineProfile(parseExactJson(text)), facts)
  const { listenerPath, listenerMetadata, ...rest } = resolved
  const asks = hasListener(resolved)
  if (asks && listenerPath === undefined)
    throw invalidProfile(
      'SCMP_ACT_NOTIFY without listenerPath: nobody is there to answer',
      'give the path of the socket of a seccomp agent as listenerPath',
    )
  // Where nobody is asked the spec has the listener ignored.
  const profile = asks ? resolved : rest
  return { profile, program: compileSeccomp(profile, facts.machine) }
}
