// SPDX-License-Identifier: Apache-2.0

export { type Static, type TSchema, Type } from '@sinclair/typebox'
export { Value, type ValueError } from '@sinclair/typebox/value'
