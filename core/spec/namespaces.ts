// SPDX-License-Identifier: Apache-2.0

/** In the words of the runtime spec. */
export type NamespaceType = 'user' | 'mount' | 'pid' | 'ipc' | 'uts' | 'network' | 'cgroup'

/**
 * A namespace of a container: a new one, or with `path` one that exists. A type that is not listed
 * is shared with the caller.
 *
 * @see OCI runtime-spec, config-linux.md, "Namespaces"
 */
export interface Namespace {
  readonly type: NamespaceType
  /** Absolute, on the host. */
  readonly path?: string
}

/** A new namespace, the caller's, or one that exists. */
export type NamespaceSource = 'private' | 'host' | { readonly path: string }

/** Any spec's: it may list types that we never make. */
export type Listed = { readonly type: string; readonly path?: string }

/** The order in which specs list them. */
const order = ['user', 'mount', 'pid', 'ipc', 'uts', 'network', 'cgroup'] as const

/** The namespaces that a spec lists: those that are shared are not in it. */
export const listNamespaces = (
  sources: Readonly<Record<Exclude<NamespaceType, 'mount'>, NamespaceSource>>,
): Namespace[] =>
  order.flatMap((type): Namespace[] => {
    const source = type === 'mount' ? 'private' : sources[type]
    if (source === 'host') return []
    return [source === 'private' ? { type } : { type, path: source.path }]
  })

/** Whether a container makes this namespace, and so may do in it what its maker may. */
export const isOwn = (namespaces: readonly Listed[], type: NamespaceType): boolean =>
  namespaces.some((one) => one.type === type && one.path === undefined)

/** Whether it has one that is not the caller's. */
export const isApart = (namespaces: readonly Listed[], type: NamespaceType): boolean =>
  namespaces.some((one) => one.type === type)

/**
 * What a container may mount anew: file systems that show a namespace ask for rights over it, and
 * in a user namespace of its own a container has those only over what it made.
 */
export function mountRights(namespaces: readonly Namespace[]) {
  const may = (type: NamespaceType) => isOwn(namespaces, type) || !isApart(namespaces, 'user')
  return { sysfsAllowed: may('network'), procAllowed: may('pid'), mqueueAllowed: may('ipc') }
}
