/** Every request to the server goes through `call`; every refusal comes back as a `Problem`. */

export const API = '/api/v1';
const TIMEOUT_MS = 10_000;
/** The cookie whose value proves that a request is this page's own; there as long as a session is. */
const PROOF = 'clearway_csrf';

/** A refusal (RFC 9457): what is wrong, and what to do about it. Status 0: no answer at all. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly remedy: string | null = null,
    /** The last part of the problem's type: by it this page knows its own words for it. */
    readonly code: string | null = null,
    /** Who was first, and when, where that is why. */
    readonly first: { by: string; atUs: number | null } | null = null,
  ) {
    super(detail || title);
    this.name = 'Problem';
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH';

let sessionEnded: () => void = () => {};

/** Say what happens when the server no longer knows the session. */
export function onSessionEnded(run: () => void): void {
  sessionEnded = run;
}

export function cookie(name: string, jar: string = document.cookie): string | null {
  for (const part of jar.split(';')) {
    const [key, ...value] = part.trim().split('=');
    if (key === name) return decodeURIComponent(value.join('='));
  }
  return null;
}

/** Whether this browser has a session, as far as a page can know: the session's own cookie is hidden. */
export function hasSession(): boolean {
  return cookie(PROOF) !== null;
}

export async function call<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'Accept-Language': document.documentElement.lang,
  };
  if (method !== 'GET') {
    headers['Content-Type'] = 'application/json';
    headers['X-CSRF-Token'] = cookie(PROOF) ?? '';
  }
  let response: Response;
  try {
    response = await fetch(API + path, {
      method,
      headers,
      body: method === 'GET' ? null : JSON.stringify(body ?? {}),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new Problem(0, 'unreachable', '');
  }
  if (response.ok) {
    return (response.status === 204 ? undefined : await response.json()) as T;
  }
  if (response.status === 401 && path !== '/login') sessionEnded();
  throw await problemOf(response);
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const told = (await response.json()) as Partial<
      Record<'type' | 'title' | 'detail' | 'remedy' | 'by', string> & { at_us: number }
    >;
    return new Problem(
      response.status,
      told.title ?? response.statusText,
      told.detail ?? '',
      told.remedy ?? null,
      told.type?.split(/[/:#]/).at(-1)?.replaceAll('-', '_') ?? null,
      told.by ? { by: told.by, atUs: told.at_us ?? null } : null,
    );
  } catch {
    return new Problem(response.status, response.statusText || String(response.status), '');
  }
}

/** The address of a WebSocket of the same server. */
export function socketUrl(path: string, at: Location = location): string {
  return `${at.protocol === 'https:' ? 'wss' : 'ws'}://${at.host}${API}${path}`;
}
