// SPDX-License-Identifier: Apache-2.0

import { fitHistory } from '../../images/fit-history.ts'
import { hostPlatform, printPlatform } from '../../images/platform.ts'
import { baseImage } from '../base-image.ts'
import { TsbuildError } from '../lib/errors.ts'
import type { Stage, StageState } from '../plan/types.ts'
import { readImageConfig } from '../stored-image.ts'
import { filesOfImage } from './files.ts'
import type { BuildSession, StageResult, StageResults } from './session.ts'

/**
 * What a stage's FROM gives.
 *
 * @throws TsbuildError IMAGE_UNKNOWN; CONFIG_INVALID for another platform than this machine's
 */
export async function stageStart(
  session: BuildSession,
  { base }: Stage,
  results: StageResults,
): Promise<StageResult> {
  switch (base.kind) {
    case 'scratch':
      return fromScratch(session)
    case 'stage': {
      const result = results.get(base.index)
      if (result === undefined) throw new TypeError('a stage is built after those it needs')
      return result
    }
    case 'image':
      checkPlatform(base.platform)
      return await fromImage(session, base.name)
  }
}

function fromScratch({ driver }: BuildSession): StageResult {
  return {
    files: filesOfImage(driver, []),
    state: stateOf({}),
    history: [],
    properties: hostPlatform(),
    base: undefined,
    isBase: false,
  }
}

/** The image as a stage at its end. */
export async function fromImage(
  { context, driver }: BuildSession,
  name: string,
): Promise<StageResult> {
  const image = await baseImage(context, name)
  const found = readImageConfig(context, image)
  const { config = {}, rootfs: _files, history = [], created: _then, author, ...properties } = found
  return {
    files: filesOfImage(driver, image.record.layers),
    state: { ...stateOf(config), author },
    history: fitHistory(history, image.record.layers.length),
    properties,
    base: {
      id: image.id,
      name: image.names[0] ?? image.id,
      digest: image.record.manifest.digest,
    },
    isBase: true,
  }
}

const stateOf = (config: StageState['config']): StageState => ({ config, args: new Map() })

function checkPlatform(platform: string | undefined): void {
  const { os, architecture } = hostPlatform()
  if (platform === undefined || platform === '') return
  const [wantedOs, wantedArchitecture = architecture] = platform.split('/')
  if (wantedOs === os && wantedArchitecture === architecture) return
  const message = `cannot build for ${platform}: this machine is ${printPlatform(hostPlatform())}`
  throw new TsbuildError('CONFIG_INVALID', message, {
    hint: 'leave out --platform, or build on a machine of that kind',
  })
}
