/** The last hour of two figures, in arrays of fixed size. */

export const POINTS = 360;

export class Course {
  readonly time_s = new Float64Array(POINTS);
  readonly people = new Float64Array(POINTS);
  readonly throughput = new Float64Array(POINTS);
  count = 0;

  add(time_s: number, people: number | null, throughput: number | null): void {
    if (this.count === POINTS) {
      for (const column of [this.time_s, this.people, this.throughput]) column.copyWithin(0, 1);
      this.count--;
    }
    this.time_s[this.count] = time_s;
    this.people[this.count] = people ?? NaN;
    this.throughput[this.count] = throughput ?? NaN;
    this.count++;
  }

  columns(): [Float64Array, Float64Array, Float64Array] {
    const { count } = this;
    return [
      this.time_s.subarray(0, count),
      this.people.subarray(0, count),
      this.throughput.subarray(0, count),
    ];
  }
}
