// SPDX-License-Identifier: Apache-2.0

// A bundle of its own: few runs compile a profile, and all would have to read the tables.
export { compileSeccomp } from './compile.ts'
export { loadProfile } from './load.ts'
export { defaultSeccomp } from './profile.ts'
