// SPDX-License-Identifier: Apache-2.0

// A bundle of its own: few containers have hooks.
export { applyHooks } from './apply.ts'
export { openHooks } from './open.ts'
export { readHookFiles } from './read-hooks.ts'
