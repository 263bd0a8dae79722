// SPDX-License-Identifier: Apache-2.0

// A bundle of its own: few commands start programs of the host.
export { execa } from 'execa'
