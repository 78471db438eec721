/** The panels below the plan, and which of them is open. */

import type { Session } from '../account/session.svelte';
import type { Permission } from '../api/types';

const NEEDS = {
  sensors: ['see_sensors'],
  statistics: ['see_statistics'],
  operations: ['drill', 'daily_check', 'see_statistics'],
  users: ['manage_users'],
  audit: ['read_audit'],
} as const satisfies Record<string, readonly Permission[]>;

export type Panel = keyof typeof NEEDS;

export class PanelChoice {
  open = $state<Panel | null>(null);
  readonly available: readonly Panel[];

  constructor(session: Session) {
    this.available = (Object.keys(NEEDS) as Panel[]).filter((panel) =>
      NEEDS[panel].some((permission) => session.may(permission)),
    );
    this.open = this.available[0] ?? null;
  }

  toggle(panel: Panel): void {
    this.open = this.open === panel ? null : panel;
  }
}
