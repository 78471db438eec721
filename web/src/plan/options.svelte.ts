/** What the plan shows besides the people, and what it keeps in view. */

export class PlanOptions {
  coverage = $state(true);
  /** Sensors and the names of places; a guard's small plan does without. */
  sensors = $state(true);
  density = $state(false);
  /** Keep the leading candidate of the selected alarm in the middle. */
  follow = $state(false);
  /** Keep the guard and the person in view together. */
  together = $state(false);

  /** Somebody moves the plan by hand: from now on it stays where it is put. */
  letGo(): void {
    this.follow = this.together = false;
  }
}
