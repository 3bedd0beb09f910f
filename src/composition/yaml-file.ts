import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { toError } from '../lib/errors.ts';
import { ConfigError } from './option-values.ts';

/** The text of a file that an option names. @throws {ConfigError} */
export function readOptionFile(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new ConfigError(`${option}: ${file} cannot be read (${toError(thrown).message})`);
  }
}

/** What a text in YAML, of which `file` is the name, says. @throws {ConfigError} */
export function parseYaml(file: string, text: string): unknown {
  const document = parseDocument(text);
  // The parser's messages quote the text, which may hold keys: only the place is told.
  const [error] = document.errors;
  if (error) throw new ConfigError(`${file} is no YAML (line ${error.linePos?.[0].line ?? 1})`);
  return document.toJS();
}
