/** Days as the server names them, and addresses that carry one. */

/** The local date of an instant, as YYYY-MM-DD. */
export function dayOf(us: number): string {
  const date = new Date(us / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function ofDay(path: string, day: string): string {
  return `${path}?date=${encodeURIComponent(day)}`;
}
