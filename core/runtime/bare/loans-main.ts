// SPDX-License-Identifier: Apache-2.0
/** A bundle of its own: only who can mount nothing needs it. No error in it is one for users. */
export { lentFiles } from './lent-files.ts'
export { lend, takeBackAll } from './loans.ts'
