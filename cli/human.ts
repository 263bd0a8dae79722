// SPDX-License-Identifier: Apache-2.0

/** How long ago something was, in the words of the container tools: `2 hours ago`. */
export function ago(then: Date, now: Date): string {
  const seconds = Math.floor((now.getTime() - then.getTime()) / 1000)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.round(seconds / 3600)
  const days = Math.floor(hours / 24)
  if (seconds < 1) return 'Less than a second ago'
  if (seconds === 1) return '1 second ago'
  if (seconds < 60) return `${seconds} seconds ago`
  if (minutes === 1) return 'About a minute ago'
  if (minutes < 60) return `${minutes} minutes ago`
  if (hours === 1) return 'About an hour ago'
  if (hours < 48) return `${hours} hours ago`
  if (days < 14) return `${days} days ago`
  if (days < 60) return `${Math.floor(days / 7)} weeks ago`
  if (days < 730) return `${Math.floor(days / 30)} months ago`
  return `${Math.floor(days / 365)} years ago`
}

/** The first twelve digits of an id, which is what lists show. */
export const shortId = (id: string): string => id.slice(0, 12)

/** Bytes in decimal units with three digits, as the container tools print them: `1.24 MB`. */
export function humanSize(sizeBytes: number): string {
  const power = Math.max(
    units.findLastIndex((_, index) => sizeBytes >= 1000 ** index),
    0,
  )
  const value = sizeBytes / 1000 ** power
  return `${power === 0 ? value : Number(value.toPrecision(3))} ${units[power]}`
}

const units = ['B', 'kB', 'MB', 'GB', 'TB']
