/** Whom a certificate request names, read without checking its signature. */
import { type DerElement, readDer } from './der.ts';
import { parsePem } from './pem.ts';

export interface CertificateSubject {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** `dns`, `ip`, `email`, `url` and stranger ones. */
  readonly alternativeNames: readonly { readonly type: string; readonly value: unknown }[];
}

const BLOCK_TYPE = 'CERTIFICATE REQUEST';

/** Object identifiers, as they are encoded. */
const COMMON_NAME = '550403';
const ORGANIZATION = '55040a';
const EXTENSION_REQUEST = '2a864886f70d01090e';
const SUBJECT_ALTERNATIVE_NAME = '551d11';

const TAG_ATTRIBUTES = 0xa0;
const TAG_UTF16_STRING = 0x1e;
const ALTERNATIVE_NAMES: ReadonlyMap<number, string> = new Map([
  [0x81, 'email'],
  [0x82, 'dns'],
  [0x86, 'url'],
  [0x87, 'ip'],
]);

/** @param request PEM. @throws {Error} when it is no certificate request */
export function readCertificateSubject(request: string): CertificateSubject {
  const [block] = parsePem(request);
  if (block?.type !== BLOCK_TYPE) throw new RangeError(`PEM block type must be ${BLOCK_TYPE}`);
  const [whole] = readDer(block.bytes);
  const [information] = membersOf(whole);
  const [, subject, , ...optional] = membersOf(information);
  const attributes = optional.find(({ tag }) => tag === TAG_ATTRIBUTES);
  const names = membersOf(subject).flatMap((set) => membersOf(set).map(readPair));
  const namesOf = (id: string): string[] =>
    names.filter((one) => one.id === id).map(({ value }) => textOf(value));
  return {
    commonName: namesOf(COMMON_NAME).at(-1) ?? '',
    organizations: namesOf(ORGANIZATION),
    alternativeNames: attributes ? alternativeNamesOf(attributes) : [],
  };
}

/** An identifier, and what follows it last: a name's text, a set of attributes, an extension's bytes. */
interface Pair {
  readonly id: string;
  readonly value: DerElement | undefined;
}

function readPair(sequence: DerElement): Pair {
  const members = membersOf(sequence);
  return { id: members[0]?.content.toString('hex') ?? '', value: members.at(-1) };
}

function membersOf(element: DerElement | undefined): readonly DerElement[] {
  if (!element) throw new RangeError('an element of the certificate request is missing');
  return readDer(element.content);
}

function textOf(element: DerElement | undefined): string {
  if (!element) return '';
  const { content, tag } = element;
  return tag === TAG_UTF16_STRING
    ? Buffer.from(content).swap16().toString('utf16le')
    : content.toString('utf8');
}

function alternativeNamesOf(attributes: DerElement): CertificateSubject['alternativeNames'] {
  const requested = membersOf(attributes)
    .map(readPair)
    .filter(({ id }) => id === EXTENSION_REQUEST);
  const extensions = requested.flatMap(({ value }) => membersOf(value).flatMap(membersOf));
  return extensions
    .map(readPair)
    .filter(({ id }) => id === SUBJECT_ALTERNATIVE_NAME)
    .flatMap(({ value }) => membersOf(value).flatMap(membersOf))
    .flatMap(({ tag, content }) => {
      const type = ALTERNATIVE_NAMES.get(tag);
      return type ? [{ type, value: content.toString('latin1') }] : [];
    });
}
