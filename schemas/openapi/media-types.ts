/** A media type without its parameters, in lower case (RFC 9110 section 8.3.1: neither part has a case). */
export function essenceOf(mediaType: string): string {
  return mediaType.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Whether a type is JSON, by whatever name: `application/json`, `text/json`, or with the suffix (RFC 6839 section 3.1). */
export function isJson(mediaType: string): boolean {
  return /^(application|text)\/json$|^[^/]+\/[^/]+\+json$/.test(essenceOf(mediaType));
}

/** Whether a type is that of a form, as RFC 6749 has token requests. */
export function isForm(mediaType: string): boolean {
  return essenceOf(mediaType) === 'application/x-www-form-urlencoded';
}

/** Whether a key of `content` names several types: `application/*`, `application/*+json`, or all. */
export function isRange(key: string): boolean {
  return essenceOf(key).includes('*');
}

/** A type that falls under a key, to be sent as it stands: of a range the JSON in it, if there is any. */
export function typeUnder(key: string): string {
  if (!isRange(key)) return key.trim();
  const [json, suffixed] = ['application/json', essenceOf(key).replace('*', 'vnd.conformance')];
  return matches(key, json) ? json : suffixed;
}

/**
 * The key of `content` that a type falls under: the most specific that matches (OpenAPI 3.1.0, Media Type Object).
 * Parameters such as `charset` keep no type from matching; of two keys that differ in them alone, the equal one.
 */
export function keyFor(keys: readonly string[], mediaType: string): string | undefined {
  return keys
    .filter((key) => matches(key, mediaType))
    .sort((one, other) => specificity(other, mediaType) - specificity(one, mediaType))[0];
}

function matches(key: string, mediaType: string): boolean {
  const pattern = essenceOf(key)
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]+');
  return new RegExp(`^${pattern}$`).test(essenceOf(mediaType));
}

function specificity(key: string, mediaType: string): number {
  const same = unspaced(key) === unspaced(mediaType) ? 1 : 0;
  // One more letter says more than any star.
  return (isRange(key) ? 0 : 1000) + 2 * essenceOf(key).replaceAll('*', '').length + same;
}

function unspaced(mediaType: string): string {
  return mediaType.replace(/\s/g, '').toLowerCase();
}
