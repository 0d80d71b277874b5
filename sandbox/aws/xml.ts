import { XmlCodec } from '@aws-sdk/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from './service.ts';

const codec = (xmlNamespace: string) =>
  new XmlCodec({ timestampFormat: { useTrait: true, default: 5 }, httpBindings: true, xmlNamespace, serviceNamespace: 'com.amazonaws' });

// XML 1.0 has no way to write these (W3C, "Extensible Markup Language 1.0", 2.2 Characters).
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));/i;

/**
 * The SDK's reader takes a text of blanks with a line feed for indentation, a key that is a line feed too. So line feeds that
 * were written as references, or stand in an element of blanks alone, travel as a noncharacter and are put back.
 */
const LINE_FEED = '\ufdd0';

/** Reads `text` by the schema. Throws MalformedXML as S3 does. */
export function readXml(schema: NormalizedSchema, text: string): unknown {
  if (NOT_XML.test(text)) throw malformed();
  const safe = text
    .replace(/&#(?:x0*a|0*10);/gi, LINE_FEED)
    .replace(/<([A-Za-z]+)>([ \t\r\n]+)<\/\1>/g, (_, tag, blanks) => `<${tag}>${blanks.replaceAll(/\r\n?|\n/g, LINE_FEED)}</${tag}>`);
  try {
    return restore(codec('').createDeserializer().read(schema, safe));
  } catch {
    throw malformed();
  }
}

function restore(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(LINE_FEED, '\n');
  if (Array.isArray(value)) return value.map(restore);
  if (value === null || typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, restore(member)]));
}

/** Writes `value` by the schema; a root element without content is `<Name xmlns=…/>`. */
export function writeXml(schema: NormalizedSchema, value: unknown, xmlNamespace: string): string {
  const serializer = codec(xmlNamespace).createSerializer();
  serializer.write(schema, value);
  // As S3 answers keys that XML 1.0 can't carry, where no encoding-type was asked for.
  return String(serializer.flush()).replace(CONTROLS, (sign) => `&#x${sign.charCodeAt(0).toString(16)};`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

export const XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';

export const escapeXml = (text: string): string => text.replace(/[&<>"'\r\n]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** `<a>1</a><b>2</b>` */
export const elements = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
    .join('');

const malformed = (): AwsError =>
  new AwsError('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
