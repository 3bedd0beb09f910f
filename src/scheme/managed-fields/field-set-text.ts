/**
 * The text that a field set is stored as, about a third of its FieldsV1: `metadata(labels(.,app)),spec(replicas)`. Objects that
 * were made alike have equal texts, and share one in memory: ten thousand Pods of a Deployment have a handful between them.
 * What is in parentheses is a text of its own, so that sets that differ in one place share the rest.
 */
import { badRequest } from '../errors.ts';
import { EMPTY_SET, FieldSet, MEMBER } from './field-set.ts';
import { decodeElement, encodeElement, type PathElement, SELF } from './path-element.ts';

/**
 * How many texts are remembered at least, and at most twice: three for each of five thousand Leases, whose sets name their
 * Nodes. Fewer, and every heartbeat parses its own anew, into sets that outlive the young generation for nothing.
 */
const REMEMBERED_TEXTS = 16_384;

let recent = new Map<string, FieldSet>();
let former = new Map<string, FieldSet>();

/** The set of a text, in whatever order it lists its members; the same set for the same text. @throws {ApiError} BadRequest */
export function parseFieldSet(text: string): FieldSet {
  if (text === '') return EMPTY_SET;
  const known = recent.get(text);
  if (known) return known;
  const set = former.get(text) ?? share(parseMembers(text));
  remember(text, set);
  return set;
}

/** The canonical text of a set: its members in order. The same string for equal sets. */
export function fieldSetText(set: FieldSet): string {
  set.text ??= share(set).text as string;
  return set.text;
}

/** The one set that stands for all that are equal to `set`. */
function share(set: FieldSet): FieldSet {
  const text = canonicalText(set);
  const known = recent.get(text);
  if (known) return known;
  const shared = former.get(text) ?? set;
  shared.text ??= text;
  remember(shared.text, shared);
  return shared;
}

function remember(text: string, set: FieldSet): void {
  if (recent.size >= REMEMBERED_TEXTS) {
    former = recent;
    recent = new Map();
  }
  recent.set(text, set);
}

function canonicalText(set: FieldSet): string {
  const members: string[] = [];
  for (const [element, below] of set.children) {
    const inner = below.children.size > 0 ? `(${fieldSetText(below)})` : '';
    members.push(encodeElement(element) + inner);
  }
  members.sort();
  if (set.isMember) members.unshift(SELF);
  return members.join(',');
}

/** A set is `member {"," member}`; a member is an element, with what is below it in parentheses. */
function parseMembers(text: string): FieldSet {
  const children = new Map<PathElement, FieldSet>();
  let isMember = false;
  for (let at = 0; at <= text.length; at++) {
    const nameEnd = endOfElement(text, at);
    const end = text[nameEnd] === '(' ? endOfInner(text, nameEnd) : nameEnd;
    const isEmpty = nameEnd === at || end === nameEnd + EMPTY_INNER.length;
    if (isEmpty || (end < text.length && text[end] !== ',')) throw malformed(text, end);
    const element = text.slice(at, nameEnd);
    if (element === SELF) isMember = true;
    else {
      const inner = end === nameEnd ? MEMBER : parseFieldSet(text.slice(nameEnd + 1, end - 1));
      children.set(decodeElement(element), inner);
    }
    at = end;
  }
  return new FieldSet(isMember, children);
}

function endOfElement(text: string, start: number): number {
  let end = text[start] === '[' ? text.indexOf(']', start) + 1 : start;
  if (text[start] === '[' && end === 0) throw malformed(text, start);
  while (end < text.length && !isDelimiter(text.charCodeAt(end))) end++;
  return end;
}

/** Just after the parenthesis that closes the one at `start`. Brackets may hold anything. */
function endOfInner(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === OPENING) depth++;
    else if (character === CLOSING && --depth === 0) return at + 1;
    else if (character === BRACKET) at = text.indexOf(']', at);
    if (at < 0) break;
  }
  throw malformed(text, start);
}

const EMPTY_INNER = '()';
const OPENING = 0x28;
const CLOSING = 0x29;
const COMMA = 0x2c;
const BRACKET = 0x5b;

const isDelimiter = (character: number): boolean =>
  character === COMMA || character === OPENING || character === CLOSING;

function malformed(text: string, at: number): Error {
  return badRequest(`managedFields: ${JSON.stringify(text)} is no set of fields, at ${at}`);
}
