// SPDX-License-Identifier: Apache-2.0
import { inspect } from 'node:util'

/**
 * A reporter for node:test: one JSON line for each test that ended.
 *
 * A suite is a line only when it failed by itself, as by a hook, not because a test in it did; or
 * when it was skipped, and with it all of its tests.
 *
 * @param {AsyncIterable<{ type: string, data: any }>} source
 */
// biome-ignore lint/style/noDefaultExport: node:test asks for it
export default async function* testEvents(source) {
  /** @type {string[]} names from the outermost suite inwards */
  const path = []
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      path.splice(data.nesting, path.length, data.name)
    } else if (type === 'test:pass' || type === 'test:fail') {
      const name = [...path.slice(0, data.nesting), data.name].join(' > ')
      const event = describe(type, name, data)
      if (event !== undefined) yield `${JSON.stringify(event)}\n`
    }
  }
}

/** @param {string} type @param {string} name @param {any} data */
function describe(type, name, data) {
  const { error, duration_ms: ms, type: kind } = data.details
  if (type === 'test:fail') {
    if (kind === 'suite' && error?.failureType === 'subtestsFailed') return undefined
    return { result: 'failed', name, ms, text: errorText(error) }
  }
  const skip = data.skip ?? data.todo
  if (kind === 'suite' && skip === undefined) return undefined
  if (skip === undefined || skip === false) return { result: 'passed', name, ms }
  return { result: 'skipped', name, ms, text: String(skip) }
}

/** What the test threw, without the wrapper of node:test. @param {any} error */
const errorText = (error) => {
  const thrown = error?.code === 'ERR_TEST_FAILURE' ? (error.cause ?? error) : error
  if (typeof thrown === 'string') return thrown
  // The message of an assertion holds already what inspect would show of its properties.
  return thrown?.code === 'ERR_ASSERTION' ? thrown.stack : inspect(thrown, { depth: 6 })
}
