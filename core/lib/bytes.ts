// SPDX-License-Identifier: Apache-2.0

// File names are bytes without NUL and slash, in any encoding. Where they come from an image, an
// archive or a context they are kept as byte strings: one character, U+0000 to U+00FF, is one
// byte. Such strings can be cut, joined and compared like others, and no byte is lost.

/** The byte string of ordinary text: of a path from the command line, say. */
export const toBytes = (text: string): string => Buffer.from(text).toString('latin1')

/** A byte string as ordinary text, for messages: what is not UTF-8 becomes U+FFFD. */
export const fromBytes = (bytes: string): string => Buffer.from(bytes, 'latin1').toString()

/** What the functions of node:fs take as a path. */
export const bytePath = (bytes: string): Buffer => Buffer.from(bytes, 'latin1')
