import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { invitationToken } from '../../src/account/invitation';
import { Session } from '../../src/account/session.svelte';
import type { Me } from '../../src/api/types';
import { PanelChoice } from '../../src/console/panels.svelte';

const me = (change: Partial<Me> = {}): Me => ({
  name: 'petra',
  display: 'Petra',
  role: 'operator',
  language: 'en',
  permissions: ['see_plan', 'see_alarms', 'decide', 'see_sensors'],
  drill: false,
  ...change,
});

describe('invitationToken', () => {
  it.each([
    ['/enrol', '#abc-_1', 'abc-_1'],
    ['/enrol/abc', '', 'abc'],
    ['/invitation/abc', '', 'abc'],
    ['/invitations/abc/', '', 'abc'],
    ['/enrol', '', ''],
    ['/', '#abc', null],
    ['/guard', '', null],
    ['/enrolment/abc', '', null],
  ])('in %s%s', (pathname, hash, token) => {
    expect(invitationToken({ pathname, hash })).toBe(token);
  });
});

describe('Session', () => {
  const fetched = vi.fn<typeof fetch>();
  const answer = (status: number, body: object = {}) =>
    fetched.mockResolvedValueOnce(new Response(JSON.stringify(body), { status }));

  beforeEach(() => {
    vi.useFakeTimers();
    fetched.mockReset();
    vi.stubGlobal('fetch', fetched);
    document.cookie = 'clearway_csrf=proof';
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    document.cookie = 'clearway_csrf=; expires=Thu, 01 Jan 1970 00:00:00 GMT';
  });

  it('knows who is there and what that person may', async () => {
    answer(200, me());
    const session = new Session();
    await session.check();
    expect(session.may('decide')).toBe(true);
    expect(session.may('drill')).toBe(false);
  });

  it('asks for a login when the server knows nobody', async () => {
    answer(401);
    const session = new Session();
    await session.check();
    expect([session.known, session.me, session.ended]).toEqual([true, null, false]);
  });

  it('asks nobody where the browser has no session', async () => {
    document.cookie = 'clearway_csrf=; expires=Thu, 01 Jan 1970 00:00:00 GMT';
    const session = new Session();
    await session.check();
    expect([session.known, session.me]).toEqual([true, null]);
    expect(fetched).not.toHaveBeenCalled();
  });

  it('goes on asking while the server cannot be reached', async () => {
    fetched.mockRejectedValueOnce(new TypeError());
    answer(200, me());
    const session = new Session();
    await session.check();
    expect([session.known, session.unreachable]).toEqual([false, true]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(session.me?.name).toBe('petra');
  });

  it('keeps who is there through a network cut', async () => {
    answer(200, me());
    const session = new Session();
    await session.check();
    fetched.mockRejectedValueOnce(new TypeError());
    await session.check();
    expect(session.me?.name).toBe('petra');
  });

  it('says nothing of an end that somebody wanted', async () => {
    answer(200, me());
    const session = new Session();
    await session.check();
    fetched.mockImplementationOnce(async () => {
      // The server closes the sockets of the session before it answers.
      session.end();
      return new Response(null, { status: 204 });
    });
    await session.logOut();
    expect([session.me, session.ended]).toEqual([null, false]);
  });

  it('says that a session is over when another window logged out', async () => {
    answer(200, me());
    const session = new Session();
    await session.check();
    answer(401);
    await session.check();
    expect([session.me, session.ended]).toEqual([null, true]);
  });
});

describe('PanelChoice', () => {
  it('offers the panels that a role may see', () => {
    const session = new Session();
    session.me = me({ role: 'admin', permissions: ['see_sensors', 'manage_users'] });
    const panels = new PanelChoice(session);
    expect(panels.available).toEqual(['sensors', 'users']);
    panels.toggle('users');
    expect(panels.open).toBe('users');
    panels.toggle('users');
    expect(panels.open).toBeNull();
  });
});
