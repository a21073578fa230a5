/** `clientId`, `client-id` and `client_id` are one name: `client_id`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
}

/** What a property of a token request or response can hold. */
export type TokenKind = 'access_token' | 'refresh_token';

/** Names of an access token in use, the most telling first; `_` and case left out. */
const accessTokenNames = [
  'accesstoken',
  'bearertoken',
  'authtoken',
  'authorizationtoken',
  'authenticationtoken',
  'oauthtoken',
  'apitoken',
  'sessiontoken',
  'jwttoken',
  'jwt',
  'token',
  'bearer',
];
const refreshTokenNames = ['refreshtoken', 'renewaltoken', 'refresh'];

/** How telling a name is for a kind of token: 0 for the best, undefined where it does not name one. */
export function namesToken(name: string, kind: TokenKind): number | undefined {
  const names = kind === 'access_token' ? accessTokenNames : refreshTokenNames;
  const at = names.indexOf(snakeCase(name).replaceAll('_', ''));
  return at < 0 ? undefined : at;
}
