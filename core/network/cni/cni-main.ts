// SPDX-License-Identifier: Apache-2.0
/** A bundle of its own: only root's containers have networks by name. */
export { attachNetworks } from './attach.ts'
export { recoverAttachments } from './recover.ts'
