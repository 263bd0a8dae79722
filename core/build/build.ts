// SPDX-License-Identifier: Apache-2.0
import { hostPlatform } from '../../images/platform.ts'
import { parseContainerfile } from '../containerfile/parse.ts'
import type { Context } from '../context.ts'
import { engineConf } from '../engine-conf/engine-conf.ts'
import { writeIidfile } from '../iidfile.ts'
import { imageName } from '../image-name.ts'
import { recoverNetworks } from '../network/recover.ts'
import { checkOptions } from '../options/check.ts'
import { mergeOptions } from '../options/container-options.ts'
import { checkNetworkOptions } from '../options/network-conflicts.ts'
import { planBuild } from '../plan/plan-build.ts'
import { storeDriver } from '../snapshot/driver.ts'
import { reclaim } from '../snapshot/reclaim.ts'
import { withContent } from '../store/content-lock.ts'
import { explainDisk } from '../store/disk-full.ts'
import type { StoredImage } from '../store/images.ts'
import { openStore } from '../store/open-store.ts'
import { openBuildContext } from './context-dir.ts'
import { openDigester } from './digester.ts'
import type { OnBuildEvent } from './events.ts'
import type { BuildRequest } from './request.ts'
import { saveStage } from './save.ts'
import { buildStages } from './schedule.ts'
import type { BuildSession } from './session.ts'

export type { BuildRequest } from './request.ts'

/**
 * Builds an image from a Containerfile.
 *
 * @param emit gets what happens, in order for each stage
 * @param signal ends the build; steps that were done stay in the cache
 * @throws TsbuildError PATH_INVALID, CONTAINERFILE_INVALID, IMAGE_UNKNOWN; STEP_FAILED with the
 *   exit code of the command that failed
 */
export async function build(
  context: Context,
  request: BuildRequest,
  { emit, signal }: { readonly emit: OnBuildEvent; readonly signal: AbortSignal },
): Promise<{ id: string }> {
  checkNetworkOptions(request.options)
  const names = request.tags.map(imageName)
  checkOptions(request.options)
  const source = openBuildContext(request)
  const { path, text } = source.containerfile
  const plan = planBuild(parseContainerfile({ name: path, text }), {
    buildArgs: request.buildArgs,
    target: request.target,
    targetPlatform: hostPlatform(),
    buildPlatform: hostPlatform(),
  })
  if (plan.unconsumedArgs.length > 0)
    context.warn(`no ARG of the Containerfile takes these: ${plan.unconsumedArgs.join(', ')}`)
  const conf = await engineConf(context)
  const runOptions = { ...conf, options: mergeOptions(conf.options, request.options) }
  try {
    openStore(context)
    await recoverNetworks(context)
    const driver = storeDriver(context)
    const shared = { context, request, runOptions, source, plan, driver, emit, signal }
    const { id } = await withContent(context, () => buildImage(shared, names))
    reclaim(context)
    writeIidfile(request.iidfile, id)
    emit({ kind: 'built', id, names })
    return { id }
  } catch (error) {
    throw explainDisk(context, error)
  }
}

async function buildImage(
  shared: Omit<BuildSession, 'digester'>,
  names: readonly string[],
): Promise<StoredImage> {
  const digester = openDigester(shared.context)
  try {
    const session: BuildSession = { ...shared, digester }
    const result = await buildStages(session)
    shared.emit({ kind: 'committing', name: shared.request.tags[0] })
    await digester.settle()
    return saveStage(session, result, names)
  } finally {
    await digester.close()
  }
}
