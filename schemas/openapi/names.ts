/** `clientId`, `client-id` and `client_id` are one name: `client_id`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
}

/** What a property of a token request or response can hold. */
export type TokenKind = 'access_token' | 'refresh_token';

/** Names of tokens in use, the most telling first; `_` and case left out. */
const tokenNames: Record<TokenKind, readonly string[]> = {
  access_token: [
    'accesstoken',
    'bearertoken',
    'authtoken',
    'authorizationtoken',
    'authenticationtoken',
    'oauthtoken',
    'apitoken',
    'sessiontoken',
    'jwttoken',
    'accessjwt',
    'jwt',
    'token',
    'access',
  ],
  refresh_token: ['refreshtoken', 'renewaltoken', 'refreshjwt', 'refresh'],
};

/** How telling a name is for a kind of token: 0 for the best, undefined where it does not name one. */
export function namesToken(name: string, kind: TokenKind): number | undefined {
  const at = tokenNames[kind].indexOf(snakeCase(name).replaceAll('_', ''));
  return at < 0 ? undefined : at;
}

/**
 * The name of a property as values are found by: that of the kind of token it names, else its own in snake case. What
 * is to be refreshed and called no more than `token` is a refresh token.
 */
export function knownName(name: string, role?: string): string {
  if (role === 'refresh' && snakeCase(name) === 'token') return 'refresh_token';
  const kinds = ['access_token', 'refresh_token'] as const;
  return kinds.find((kind) => namesToken(name, kind) !== undefined) ?? snakeCase(name);
}
