// SPDX-License-Identifier: Apache-2.0

export interface ProgramSearch {
  /** argv[0] as the user wrote it. */
  readonly program: string
  /** PATH of the container's environment. */
  readonly path: string
  /** Absolute, in the container. */
  readonly cwd: string
}

/**
 * The paths in the container at which a program may lie, in the order to be tried.
 *
 * A name with a slash is a path itself; others are looked for in PATH, where an empty element
 * means the working directory (POSIX, XBD 8.3). Nothing is normalised: `..` behind a symbolic
 * link is for the kernel to resolve.
 *
 * @returns absolute paths, each once; none for an empty name
 */
export function programCandidates({ program, path, cwd }: ProgramSearch): string[] {
  if (program === '') return []
  if (program.includes('/')) return [absolute(program, cwd)]
  const places = path.split(':').map((place) => absolute(place, cwd))
  return [...new Set(places.map((place) => below(place, program)))]
}

/**
 * The working directory as the absolute path the runtime spec asks for.
 *
 * @param wanted from an image or an option; empty means `/`, a relative path starts there
 */
export function workingDirectory(wanted: string): string {
  return absolute(wanted, '/')
}

function absolute(path: string, cwd: string): string {
  if (path === '') return cwd
  return path.startsWith('/') ? path : below(cwd, path)
}

const below = (directory: string, name: string) =>
  directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`
