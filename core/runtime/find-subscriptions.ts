// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs'
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { parseSubscriptions, type Subscription, subscriptionFiles } from '../spec/subscriptions.ts'
import { isHostRoot } from './namespaces.ts'

/**
 * What a mounts.conf of the host says that every container gets.
 *
 * @param file instead of those where it usually is
 * @throws TsbuildError PATH_INVALID for a file that cannot be read
 */
export function findSubscriptions(
  { env, rights }: Pick<Context, 'env' | 'rights'>,
  file: string | undefined,
): readonly Subscription[] {
  const usual = () => subscriptionFiles({ home: env['HOME'], isHostRoot: isHostRoot(rights) })
  const path = file ?? usual().find((candidate) => existsSync(candidate))
  return path === undefined ? [] : parseSubscriptions(read(path))
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new TsbuildError('PATH_INVALID', `cannot read the mounts file ${path}`, {
      cause,
      hint: 'it has a line HOST:CONTAINER for each file or directory that containers get',
    })
  }
}
