/** What this device remembers of its user's taste. Nothing of the station is ever stored. */

const STORED = 'clearway-settings';

class Settings {
  /** Single-key commands can be switched off (WCAG 2.1.4). */
  keys = $state(true);
  sound = $state(true);

  constructor() {
    try {
      const stored = JSON.parse(localStorage.getItem(STORED) ?? '{}') as Record<string, unknown>;
      this.keys = stored.keys !== false;
      this.sound = stored.sound !== false;
    } catch {
      // Nothing stored, or nothing readable: the defaults stand.
    }
  }

  save(): void {
    try {
      localStorage.setItem(STORED, JSON.stringify({ keys: this.keys, sound: this.sound }));
    } catch {
      // A browser that stores nothing forgets the setting with the page.
    }
  }
}

export const settings = new Settings();
