/** Who is logged in on this page. The session itself is the server's; here is only what it said. */

import { call, hasSession, onSessionEnded, Problem } from '../api/client';
import type { Me, Permission } from '../api/types';
import { useLanguage } from '../i18n/i18n.svelte';

const RETRY_MS = 2_000;

export class Session {
  me = $state.raw<Me | null>(null);
  /** Whether the server has said yet who this is. */
  known = $state(false);
  unreachable = $state(false);
  /** A session was there and is over: the login says so. */
  ended = $state(false);
  /** Why the link of a demonstration led nowhere. */
  problem = $state.raw<Problem | null>(null);
  /** Somebody logs out, and need not be told that the session is over. */
  #leaving = false;

  constructor() {
    onSessionEnded(() => this.end());
  }

  may(permission: Permission): boolean {
    return this.me?.permissions.includes(permission) ?? false;
  }

  /** Ask the server, and go on asking while it cannot be reached. */
  async check(): Promise<void> {
    if (!hasSession()) return this.end();
    try {
      await this.#become(await call<Me>('GET', '/me'));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.status === 0 || problem.status >= 500) {
        this.unreachable = !this.known;
        if (!this.known) setTimeout(() => void this.check(), RETRY_MS);
      } else this.end();
    }
  }

  async logIn(name: string, password: string, code: string): Promise<void> {
    await this.#become(await call<Me>('POST', '/login', { name, password, code }));
    this.ended = false;
  }

  /** Enter a demonstration by the link that its terminal shows. */
  async enter(token: string): Promise<void> {
    try {
      await this.#become(await call<Me>('POST', '/demonstration', { token }));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      await this.check();
      this.problem = problem;
    }
  }

  async logOut(): Promise<void> {
    this.#leaving = true;
    try {
      await call<void>('POST', '/logout');
      this.end();
    } finally {
      this.#leaving = false;
    }
  }

  /** Show nothing more: the session is over, or there was none. */
  end(): void {
    this.ended = this.ended || (this.me !== null && !this.#leaving);
    this.me = null;
    this.known = true;
    this.unreachable = false;
  }

  async chooseLanguage(code: string): Promise<void> {
    await useLanguage(code);
    if (this.me) await call<void>('PUT', '/me/language', { language: code });
  }

  async #become(me: Me): Promise<void> {
    await useLanguage(me.language);
    this.me = me;
    this.known = true;
    this.unreachable = false;
  }
}
