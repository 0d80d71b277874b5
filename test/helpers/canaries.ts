/** Looks for secrets in text, in every form in which they find their way there. */

export interface Canary {
  /** `code`, `task token`, …: told where it is found. */
  kind: string;
  value: string;
}

export interface Place {
  where: string;
  text: string;
}

/** So much of a long secret that its beginning alone gives it away. */
const BEGINNING = 24;
const CODE = /^\d{6}$/;

/** One sentence for each secret in each place, with what stands around it; none where nothing leaks. Codes are the secrets of six digits. */
export function leaks(places: Place[], canaries: Canary[]): string[] {
  const codes = new Set(canaries.map(({ value }) => value).filter((value) => CODE.test(value)));
  const forms = new Forms(canaries);
  const found = places.flatMap(({ where, text }) => [...forms.in(text), ...codesIn(text, codes)].map((leak) => `${where} holds ${leak}`));
  return [...new Set(found)];
}

/** The forms of the secrets, by their first characters: a text is read once, however many there are. */
class Forms {
  static readonly #head = 6;
  /** Whether some form begins with characters of this number: a look at most places of a text goes no further. */
  readonly #begun = new Uint8Array(2 ** 20);
  readonly #byHead = new Map<string, { form: string; kind: string; as: string }[]>();

  constructor(canaries: Canary[]) {
    for (const { kind, value } of canaries) {
      if (value.length < 6) throw new Error(`too short to be looked for: a ${kind} of ${value.length} characters`);
      for (const [form, as] of formsOf(value)) {
        const head = form.slice(0, Forms.#head);
        this.#begun[numberAt(head, 0)] = 1;
        this.#byHead.set(head, [...(this.#byHead.get(head) ?? []), { form, kind, as }]);
      }
    }
  }

  in(text: string): string[] {
    const found: string[] = [];
    for (let at = 0; at <= text.length - Forms.#head; at++) {
      if (!this.#begun[numberAt(text, at)]) continue;
      const candidates = this.#byHead.get(text.slice(at, at + Forms.#head));
      for (const { form, kind, as } of candidates ?? []) {
        if (text.startsWith(form, at) && (as !== 'base64' || kind !== 'code' || holdsDigits(text, at)))
          found.push(`a ${kind} (${as}): ${around(text, at, form.length)}`);
      }
    }
    return found;
  }
}

/** A number of twenty bits for the four characters at this place. */
function numberAt(text: string, at: number): number {
  const later = (text.charCodeAt(at + 1) << 5) ^ (text.charCodeAt(at + 2) << 10) ^ (text.charCodeAt(at + 3) << 15);
  return (text.charCodeAt(at) ^ later) & 0xfffff;
}

/**
 * Whether some base64 holds six digits at this place that are no part of a longer number, an id or a digest, as codesIn has it for plain
 * text. What is alike whatever stands before it leaves a few bits out, and other characters than digits share the rest.
 */
function holdsDigits(text: string, at: number): boolean {
  const run = at - (/[A-Za-z0-9+/]*$/.exec(text.slice(Math.max(0, at - 10_000), at))?.[0].length ?? 0);
  // What stands before the base64 may look like a part of it.
  return [0, 1, 2, 3].some((shift) => {
    const from = run + shift;
    const decoded = Buffer.from(/^[A-Za-z0-9+/]*/.exec(text.slice(from, at + 200))?.[0] ?? '', 'base64').toString('latin1');
    const place = Math.floor(((at - from) * 3) / 4);
    if (!/^\d{6}(?!\d)/.test(decoded.slice(place)) || /\d/.test(decoded.charAt(place - 1))) return false;
    return ![...decoded.matchAll(ID)].some(({ index, 0: id }) => index <= place && place + 6 <= index + id.length);
  });
}

/** How a secret may stand in text, each with its name. A code's own six digits are looked for apart: other numbers hold such too. */
function formsOf(value: string): Map<string, string> {
  const encoded = Buffer.from(value);
  const all: [string, string][] = [
    ...(CODE.test(value)
      ? []
      : ([
          [value, 'plain'],
          [encodeURIComponent(value), 'URL-encoded'],
          [value.replaceAll('+', ' '), 'URL-decoded'],
          [JSON.stringify(value).slice(1, -1), 'JSON-escaped'],
          [value.replaceAll('/', '\\/'), 'JSON-escaped'],
          [value.replaceAll('+', '-').replaceAll('/', '_'), 'plain, as base64url'],
        ] satisfies [string, string][])),
    [encoded.toString('hex'), 'hexadecimal'],
    ...[0, 1, 2].map((offset): [string, string] => [base64At(encoded, offset), 'base64']),
  ];
  return new Map(all.map(([form, as]) => [form.slice(0, BEGINNING), as]));
}

/** What of a value's base64 is the same whatever stands before it (so many bytes, modulo 3) and after it. */
function base64At(value: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), value]).toString('base64');
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + value.length) * 8) / 6));
}

/** Six digits that are no part of a longer number; with full-width digits, and a blank or dash in the middle. */
const SIX_DIGITS = /(?<![0-9０-９])([0-9０-９]{3})(?:\s|%20|\\u00a0|[+-])?([0-9０-９]{3})(?![0-9０-９])/g;
/** Ids of keys and the like, and digests, in hexadecimal. */
const ID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{20,}\b/gi;
/**
 * Numbers and random text in which any six digits turn up by chance: Slack's timestamps and hashes of views (`1762074000.000100`), digests, ids in
 * hexadecimal, and base64 (a code in which has a form of its own above).
 */
const BY_CHANCE = new RegExp(`\\b\\d{10}\\.[0-9a-f]{6,8}\\b|${ID.source}|[A-Za-z0-9+/]{100,}`, 'gi');

function codesIn(text: string, codes: Set<string>): string[] {
  if (codes.size === 0) return [];
  const readable = text.replace(BY_CHANCE, (chance) => '…'.repeat(chance.length));
  return [...readable.matchAll(SIX_DIGITS)]
    .filter(([, first = '', second = '']) => codes.has((first + second).normalize('NFKC')))
    .map((match) => `a code: ${around(text, match.index, match[0].length)}`);
}

/** A few words about where it stands, to find it by. */
function around(text: string, at: number, length: number): string {
  return JSON.stringify(text.slice(Math.max(0, at - 60), at + length + 20));
}
