import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@jest/globals';
import { runOrrery } from './cli.ts';
import { eventually } from './eventually.ts';
import type { KubeClientTools } from './kubectl.ts';

const DOCS = path.resolve(import.meta.dirname, '../../docs');

/** Two looks of an autoscaler, and a server that has much to do. */
const PRINTED_WITHIN_MS = 90_000;

/** What would say something else the second time. */
const IS_ACTION =
  /^(npx orrery|kubectl) (apply|create|delete|patch|rollout (restart|undo)|scale|time) /;

/** One command of a listing. */
export interface Step {
  /** As it is typed, with what is typed into it. */
  readonly command: string;
  /** What the page says that it prints. */
  readonly printed: string;
}

/** A part of a page of docs/, from one heading of the second level to the next. */
export class PageSection {
  readonly #text: string;

  /** @param title default what is above the first such heading */
  constructor(page: string, title?: string) {
    const text = readFileSync(path.join(DOCS, `${page}.md`), 'utf8');
    const parts = text.split(/^## /m);
    const section = parts.find((part) => title === undefined || part.startsWith(`${title}\n`));
    if (section === undefined) throw new Error(`docs/${page}.md has no section "${title}"`);
    this.#text = section;
  }

  /** Its blocks of that language, in order. */
  blocks(language: string): string[] {
    const fences = this.#text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'));
    return [...fences].map(([, block = '']) => block);
  }

  /** The commands of its listings, in order. */
  steps(): Step[] {
    return this.blocks('console').flatMap((listing) => listing.split(/^\$ /m).slice(1).map(toStep));
  }
}

/** What is typed goes on until the end of the document that it begins. */
function toStep(text: string): Step {
  const lines = text.split('\n');
  const [, marker] = /<<'(\w+)'$/.exec(lines[0] ?? '') ?? [];
  const length = marker === undefined ? 1 : lines.indexOf(marker) + 1;
  const [command, printed] = [lines.slice(0, length), lines.slice(length)];
  return { command: command.join('\n'), printed: printed.join('\n') };
}

/**
 * What differs from run to run, so that two outputs can be compared: random ends of names, ids, ages, times, addresses that
 * are drawn, which of equal nodes it is, and the width of columns.
 */
export function normalize(output: string): string {
  const nodes: string[] = [];
  const nodeLetter = (name: string): string => {
    if (!nodes.includes(name)) nodes.push(name);
    return `node-${'ABC'[nodes.indexOf(name)]}`;
  };
  return (
    output
      .replaceAll(/-[bcdf-hj-np-tv-xz24-9]{5}\b/g, '-XXXXX')
      .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UID')
      .replaceAll(/\b[0-9a-f]{64}\b/g, 'HASH')
      .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(/\b(\d+m)?\d+s\b/g, 'AGE')
      .replaceAll(/\b[\d.]+ (ms|us)\b/g, 'N $1')
      .replaceAll(/\b10(\.\d+){3}\b(?!\/)/g, 'IP')
      .replaceAll(/\bnode-[1-3]\b/g, nodeLetter)
      // As many as were told before what one source may write was used up.
      .replaceAll(/^\d+(?= +\(combined from)/gm, 'N')
      .replaceAll(/ +/g, ' ')
      .replaceAll(/ $/gm, '')
      .trim()
  );
}

export interface TypistOptions {
  readonly server: { readonly url: string; readonly dataDirectory: string };
  /** Files that commands name are in their home. */
  readonly tools: KubeClientTools;
}

/** Types what pages say into a shell, with a real kubectl. */
export class Typist {
  readonly #options: TypistOptions;

  constructor(options: TypistOptions) {
    this.#options = options;
  }

  /** Runs each command, those that only look as often as it takes until they print what the page says. */
  async follow(steps: readonly Step[]): Promise<void> {
    for (const { command, printed } of steps) {
      const check = (actual: string): void =>
        expect(`$ ${command}\n${normalize(actual)}`).toBe(`$ ${command}\n${normalize(printed)}`);
      if (IS_ACTION.test(command)) check(await this.type(command));
      else await eventually(() => this.type(command), check, { withinMs: PRINTED_WITHIN_MS });
    }
  }

  /** What the command prints, errors among the rest. */
  async type(command: string): Promise<string> {
    const { server, tools } = this.#options;
    const [, words] = /^npx orrery (.*)$/.exec(command) ?? [];
    if (words === undefined) return (await tools.shell(command)).stdout;
    const { stderr, stdout } = await runOrrery(words.split(' '), { server, cwd: tools.home });
    return `${stdout}${stderr}`;
  }
}
