/** JSON pointers, RFC 6901. The empty pointer is the whole document. */

/** RFC 6901 section 4: digits without a leading zero. */
const arrayIndex = /^(0|[1-9]\d*)$/;

/** One reference token, escaped: `~` as `~0`, `/` as `~1` (RFC 6901 section 3). */
export function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** A pointer below `base`, one token a step. */
export function pointerTo(base: string, ...tokens: (string | number)[]): string {
  return tokens.reduce<string>((pointer, token) => `${pointer}/${escapeToken(String(token))}`, base);
}

/** The reference tokens of a pointer, unescaped. Throws when it neither is empty nor begins with `/`. */
export function tokensOf(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new Error(`"${pointer}" is not a JSON pointer: it must begin with "/"`);
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value a pointer names in a parsed document, or undefined where it names nothing. */
export function valueAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const token of tokensOf(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined;
    if (Array.isArray(value) && !arrayIndex.test(token)) return undefined;
    value = (value as Record<string, unknown>)[token];
  }
  return value;
}

/** The pointer of the parent; the empty pointer is its own parent. */
export function parentOf(pointer: string): string {
  return pointer.slice(0, Math.max(pointer.lastIndexOf('/'), 0));
}

/** A pointer as a reference within the document: `#` and the pointer, percent-encoded (RFC 6901 section 6). */
export function referenceTo(pointer: string): string {
  return `#${tokensOf(pointer)
    .map((token) => `/${encodeURIComponent(escapeToken(token))}`)
    .join('')}`;
}

/** The JSONPath of what a pointer names in a parsed document (RFC 9535): `$.paths['/v1/auth/token/issue'].post`. */
export function jsonPathOf(root: unknown, pointer: string): string {
  const tokens = tokensOf(pointer);
  const steps = tokens.map((token, at) => {
    const isItem = Array.isArray(valueAt(root, pointerTo('', ...tokens.slice(0, at))));
    return isItem ? `[${token}]` : jsonPathStep(token);
  });
  return `$${steps.join('')}`;
}

/** A name as a step of a JSONPath. */
function jsonPathStep(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${jsonPathText(name)}]`;
}

/** A text in a JSONPath. */
export function jsonPathText(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
