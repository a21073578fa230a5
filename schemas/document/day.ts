/** How many days ahead what is accepted may expire: what is accepted for longer is nobody's task. */
export const longestAcceptanceDays = 90;

/** The day of now, UTC, as `2026-04-14`. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** The day so many days after another, both as `2026-04-14`. */
export function daysAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** Whether a value is a day of the calendar, as `2026-04-14`. */
export function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && isInCalendar(value);
}

/** 31 February is no day, though it has the form of one. */
function isInCalendar(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
