// SPDX-License-Identifier: Apache-2.0
declare module 'yargs-parser/browser' {
  export { default } from 'yargs-parser'
}
