// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fillTemplate } from '../../../cli/go-template.ts'

const value = {
  FromImage: 'localhost/site:1',
  OCIv1: {
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: ['sha256:1', 'sha256:2'] },
    config: { Env: ['A=1', 'B=2'], Labels: { b: '2', a: '1' }, Volumes: { '/v': {} } },
    history: [{ created_by: 'x' }],
  },
  Docker: { config: { Tty: false, Entrypoint: null, User: 'a\x1b[2J' } },
}

/** What `buildah inspect --format` prints for such a config. */
const filled: readonly [template: string, want: string][] = [
  ['no field', 'no field'],
  ['{{.FromImage}}', 'localhost/site:1'],
  ['<{{ .OCIv1.OS }}> {{.OCIv1.RootFS.Type}}', '<linux> layers'],
  ['{{.OCIv1.RootFS.DiffIDs}}', '[sha256:1 sha256:2]'],
  ['{{.OCIv1.Config.Env}}', '[A=1 B=2]'],
  ['{{.OCIv1.Config.Labels}}', 'map[a:1 b:2]'],
  ['{{.OCIv1.Config.Volumes}}', 'map[/v:{}]'],
  ['{{.OCIv1.Config.User}}|{{.OCIv1.Config.Cmd}}|{{.OCIv1.Config.ExposedPorts}}', '|[]|map[]'],
  ['{{.Docker.Config.Tty}} {{.Docker.Config.Entrypoint}}', 'false []'],
  ['{{.Docker.Config.User}}', 'a\\x1b[2J'],
  ['{{json .OCIv1.Config.Env}}', '["A=1","B=2"]'],
  ['{{json .OCIv1.RootFS}}', '{"type":"layers","diff_ids":["sha256:1","sha256:2"]}'],
]

const refused: readonly [template: string, message: RegExp, hint: RegExp][] = [
  ['{{range .OCIv1}}', /"\{\{range \.OCIv1\}\}", which is not supported/, /json \.FIELD/],
  ['{{FromImage}}', /not supported/, /FIELD/],
  ['{{.OCIv1.Config.Nope}}', /no field "Nope" in "\.OCIv1\.Config\.Nope"/, /all fields/],
  ['{{.FromImage.User}}', /no field "User"/, /all fields/],
  ['{{.OCIv1.toString}}', /no field "toString"/, /all fields/],
  ['{{.OCIv1}}', /has parts/, /\{\{json \.OCIv1\}\}/],
  ['{{.OCIv1.History}}', /has parts/, /json/],
]

describe('fillTemplate', () => {
  for (const [template, want] of filled) {
    it(`makes ${want || 'nothing'} of ${template}`, () => {
      assert.equal(fillTemplate(template, value), want)
    })
  }

  for (const [template, message, hint] of refused) {
    it(`refuses ${template}`, () => {
      assert.throws(() => fillTemplate(template, value), { code: 'USAGE', message, hint })
    })
  }
})
