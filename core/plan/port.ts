// SPDX-License-Identifier: Apache-2.0

const protocols = ['tcp', 'udp', 'sctp']

/**
 * The key of `ExposedPorts` for a word of EXPOSE: a port or a range, maybe with its protocol, which
 * is tcp where none is said. A range stays one key, as buildah writes it.
 *
 * @returns undefined for what is no port
 */
export function readPort(word: string): string | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/([A-Za-z]+))?$/.exec(word)
  if (match === null) return undefined
  const [, written = '', end = written, protocol = 'tcp'] = match
  const [first, last] = [Number(written), Number(end)]
  if (first < 1 || last < first || last > 65535) return undefined
  if (!protocols.includes(protocol.toLowerCase())) return undefined
  return word.includes('/') ? word : `${word}/tcp`
}
