/** What only a phone does: stay awake, shake, be installed. */

import { allowSound, sound } from '../shared/sound.svelte';

let lock: WakeLockSentinel | null = null;
let wanted = false;

async function stayAwake(): Promise<void> {
  if (!wanted || document.hidden || lock) return;
  try {
    lock = await navigator.wakeLock.request('screen');
    lock.addEventListener('release', () => (lock = null));
  } catch {
    // No wake lock here, or the battery is low: the guard sees the screen go dark, and so knows.
    lock = null;
  }
}

/** Call from a tap: only then may a page sound. Returns what ends the duty. */
export function beginDuty(): () => void {
  allowSound();
  wanted = true;
  void stayAwake();
  // The browser takes the lock away whenever the page is hidden.
  const again = () => void stayAwake();
  document.addEventListener('visibilitychange', again);
  return () => {
    wanted = false;
    document.removeEventListener('visibilitychange', again);
    void lock?.release();
  };
}

export function callGuard(): void {
  sound('task');
  navigator.vibrate?.([400, 150, 400, 150, 800]);
}

export function tellLost(): void {
  sound('lost');
  navigator.vibrate?.([150, 100, 150]);
}

const WORKER = '/sw.js';
let installed = false;

/** The worker keeps the empty shell only; see service-worker.js. */
export function install(): void {
  if (installed || !import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  installed = true;
  // Without it the page works all the same, only not from a cold start without network.
  navigator.serviceWorker.register(workerAddress(), { scope: '/guard' }).catch(() => undefined);
}

/** The server lets scripts be loaded only by named policies (Trusted Types); this one knows one address. */
function workerAddress(): string {
  const policies = (window as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (!policies) return WORKER;
  return policies
    .createPolicy('clearway-service-worker', { createScriptURL: () => WORKER })
    .createScriptURL(WORKER) as unknown as string;
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (address: string) => string },
  ): { createScriptURL(address: string): unknown };
}
