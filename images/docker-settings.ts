// SPDX-License-Identifier: Apache-2.0

/** What docker's format has in the part of a config that says what runs, and OCI's has not. */
export const dockerExecution: readonly string[] = [
  ...['Hostname', 'Domainname', 'AttachStdin', 'AttachStdout', 'AttachStderr', 'Tty', 'OpenStdin'],
  ...['StdinOnce', 'Healthcheck', 'Image', 'NetworkDisabled', 'MacAddress', 'OnBuild'],
  ...['StopTimeout', 'Shell'],
]

/** Docker writes what is not set; the OCI format leaves it out. */
export const isUnset = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0)

const effective = ['Healthcheck', 'OnBuild', 'Shell', 'Hostname', 'Domainname']

/** Names of those that are set and do something: worth a word where they are left out. */
export const dockerSettings = (config: object): string[] =>
  effective.filter((name) => !isUnset(Reflect.get(config, name)))
