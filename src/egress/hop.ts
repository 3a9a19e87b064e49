import { EgressError } from './egress-error.ts';

/** One request of a chain of redirects. */
export interface Hop {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

const credentialHeaders = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key']);

/** Throws EgressError `refused` for anything but an absolute http or https URL. */
export function firstHop(url: string | URL, headers: Readonly<Record<string, string>>): Hop {
  const parsed = parseUrl(url);
  const lowered = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return withoutUserInfo({ url: parsed, headers: lowered });
}

/** Throws EgressError `refused` for a redirect that lowers the protection of what was asked for. */
export function nextHop(from: Hop, location: string): Hop {
  const url = parseUrl(location, from.url);
  if (from.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new EgressError('refused', `${from.url.host} redirects from https to http`);
  }
  // The origin, not the host name: another port or scheme is another server.
  const headers = url.origin === from.url.origin ? from.headers : withoutCredentials(from.headers);
  return withoutUserInfo({ url, headers });
}

function parseUrl(url: string | URL, from?: URL): URL {
  const parsed = URL.parse(String(url), from?.href);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    const subject = from === undefined ? 'the address' : `the redirect of ${from.host}`;
    throw new EgressError('refused', `${subject} is not an http or https URL`);
  }
  return parsed;
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !credentialHeaders.has(name)),
  );
}

/** `user:password@` becomes Basic authorization for this hop's origin, so that it is dropped like any other. */
function withoutUserInfo(hop: Hop): Hop {
  if (hop.url.username === '' && hop.url.password === '') return hop;
  const url = new URL(hop.url);
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = '';
  url.password = '';
  const authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  return { url, headers: { authorization, ...hop.headers } };
}
