// SPDX-License-Identifier: Apache-2.0
import type { RuntimeSpec } from '../schema.ts'
import type { LinuxSeccomp } from './types.ts'

export interface ProcessStateRequest {
  readonly spec: RuntimeSpec
  readonly profile: LinuxSeccomp
  readonly id: string
  /** Of the container's init, as the runtime sees it. */
  readonly pid: number
  /** On the host, absolute. */
  readonly bundle: string
}

/**
 * What a seccomp agent is told of the container whose listener it gets; one descriptor comes with
 * it.
 *
 * @returns JSON
 * @see OCI runtime-spec 1.2, config-linux.md, "The Container Process State"; runtime.md, "State"
 */
export function containerProcessState(request: ProcessStateRequest): string {
  const { spec, profile, id, pid, bundle } = request
  const { ociVersion, annotations = {} } = spec
  const { listenerMetadata } = profile
  return JSON.stringify({
    ociVersion,
    fds: ['seccompFd'],
    pid,
    ...(listenerMetadata !== undefined && { metadata: listenerMetadata }),
    state: {
      ociVersion,
      id,
      status: 'creating',
      pid,
      bundle,
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
  })
}
