// SPDX-License-Identifier: Apache-2.0
import { printable, TsbuildError } from '../core/lib/errors.ts'

/**
 * Text with the values of fields in it, as the templates of Go fill it in: `{{.OCIv1.Config.Env}}`
 * and `{{json .OCIv1}}`. Fields are called as in Go's types, which differ from the JSON in capital
 * letters and underscores.
 *
 * @throws TsbuildError USAGE for other words of Go's language, and for unknown fields
 * @see pkg.go.dev/text/template
 */
export function fillTemplate(template: string, value: object): string {
  return template.replaceAll(/\{\{(.*?)\}\}/gs, (_all, inner: string) => {
    const [, isJson, path] = /^\s*(json\s+)?(\.[A-Za-z0-9_.]*)\s*$/.exec(inner) ?? []
    if (path === undefined) throw unsupported(inner)
    const found = lookUp(value, path)
    // A stranger's config must not drive the terminal.
    return isJson === undefined ? printable(shown(found, path)) : JSON.stringify(found)
  })
}

function lookUp(value: object, path: string): unknown {
  let found: unknown = value
  for (const name of path.split('.').filter((part) => part !== '')) {
    const key = keyFor(found, name)
    if (key !== undefined) found = Reflect.get(Object(found), key)
    else if (isUnset(found, name)) found = zeros[plain(name)]
    else throw unknownField(path, name)
  }
  return found
}

function keyFor(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const keys = Object.keys(value)
  return keys.find((key) => key === name) ?? keys.find((key) => plain(key) === plain(name))
}

const plain = (name: string): string => name.toLowerCase().replaceAll('_', '')

const isUnset = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && plain(name) in zeros

/** What Go prints for a field that a config does not have. */
const zeros: Readonly<Record<string, unknown>> = {
  author: '',
  variant: '',
  user: '',
  workingdir: '',
  stopsignal: '',
  env: [],
  entrypoint: [],
  cmd: [],
  onbuild: [],
  shell: [],
  history: [],
  exposedports: {},
  volumes: {},
  labels: {},
}

function shown(value: unknown, path: string): string {
  if (value === null) return '[]'
  if (typeof value !== 'object') return String(value)
  const parts = Array.isArray(value)
    ? value
    : Object.keys(value)
        .sort()
        .map((key) => `${key}:${scalar(Reflect.get(value, key), path)}`)
  const text = parts.map((part: unknown) => scalar(part, path)).join(' ')
  return Array.isArray(value) ? `[${text}]` : `map[${text}]`
}

/** Within a list or a map; the keys of ports and volumes have empty objects for values. */
function scalar(value: unknown, path: string): string {
  if (typeof value !== 'object') return String(value)
  if (value !== null && Object.keys(value).length === 0) return '{}'
  throw new TsbuildError('USAGE', `"${path}" has parts: it cannot be shown as one value`, {
    hint: `name one part of it, or use {{json ${path}}}`,
  })
}

function unknownField(path: string, name: string): TsbuildError {
  return new TsbuildError('USAGE', `there is no field "${name}" in "${path}"`, {
    hint: 'without --format all fields are shown',
  })
}

function unsupported(inner: string): TsbuildError {
  return new TsbuildError('USAGE', `the template has "{{${inner}}}", which is not supported`, {
    hint: 'use fields ({{.OCIv1.Config.Env}}) and {{json .FIELD}}',
  })
}
