// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { dist } from './paths.mjs'

/**
 * The default seccomp profile, compiled: what the bundles hold as PRECOMPILED_SECCOMP.
 *
 * @returns {Promise<import('../../core/spec/seccomp/precompiled.ts').Precompiled>}
 */
export async function precompileSeccomp() {
  const { defaultCapabilities: capabilities } = await load('core/spec/capabilities.js')
  const { defaultSeccomp } = await load('core/spec/seccomp/profile.js')
  const { compileSeccomp } = await load('core/spec/seccomp/compile.js')
  /** @param {'x64' | 'arm64'} arch */
  const compiled = (arch) => compileSeccomp(defaultSeccomp({ capabilities, arch }), arch)
  const [x64, arm64] = [compiled('x64'), compiled('arm64')]
  const programs = { x64: x64.program.toString('base64'), arm64: arm64.program.toString('base64') }
  return { capabilities, flags: x64.flags, programs }
}

/** @param {string} path of a compiled module */
const load = (path) => import(pathToFileURL(join(dist, 'js', path)).href)
