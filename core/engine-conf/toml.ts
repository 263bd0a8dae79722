// SPDX-License-Identifier: Apache-2.0

export { parse, TomlError, type TomlTable, type TomlValue } from 'smol-toml'
