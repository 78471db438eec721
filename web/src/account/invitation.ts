/** A one-time link: where its token stands, and the three steps behind it. */

import { call } from '../api/client';

export interface Invitation {
  name?: string;
  role: string;
  kind: 'first_admin' | 'user';
}

export interface Secret {
  totp_uri: string;
  totp_secret: string;
}

/** `/enrol#TOKEN` (a fragment stays out of every log), or `/enrol/TOKEN`. */
export function invitationToken(at: Pick<Location, 'pathname' | 'hash'>): string | null {
  const path = /^\/(?:enrol|invitations?)(?:\/([\w-]+))?\/?$/.exec(at.pathname);
  if (!path) return null;
  return path[1] ?? at.hash.slice(1);
}

/** `/enter#TOKEN`: the link into a demonstration. */
export function entranceToken(at: Pick<Location, 'pathname' | 'hash'>): string | null {
  return at.pathname === '/enter' ? at.hash.slice(1) : null;
}

const address = (token: string) => `/invitations/${encodeURIComponent(token)}`;

export function openInvitation(token: string): Promise<Invitation> {
  return call('GET', address(token));
}

export function acceptInvitation(
  token: string,
  who: { name: string; display: string; password: string },
): Promise<Secret> {
  return call('POST', address(token), who);
}

export function confirmInvitation(token: string, code: string): Promise<void> {
  return call('POST', `${address(token)}/confirm`, { code });
}
