/** The date of a moment in UTC, by the Gregorian calendar. */

const DAYS = ['Thursday', 'Friday', 'Saturday', 'Sunday', 'Monday', 'Tuesday', 'Wednesday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAY = 86_400;

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const daysOfYear = (year: number): number => (isLeap(year) ? 366 : 365);

const daysOfMonth = (year: number, month: number): number => {
  if (month === 1) return isLeap(year) ? 29 : 28;
  return [3, 5, 8, 10].includes(month) ? 30 : 31;
};

const two = (n: number): string => String(n).padStart(2, '0');

/** `seconds` since 1970-01-01T00:00:00Z; in the form that RFC 867 shows first. */
export function formatDaytime(seconds: number): string {
  const days = Math.floor(seconds / DAY);
  const weekday = DAYS[days % DAYS.length];
  let year = 1970;
  let left = days;
  for (; left >= daysOfYear(year); year++) left -= daysOfYear(year);
  let month = 0;
  for (; left >= daysOfMonth(year, month); month++) left -= daysOfMonth(year, month);
  const time = Math.floor(seconds) % DAY;
  const clock = [time / 3600, (time / 60) % 60, time % 60].map((n) => two(Math.floor(n)));
  return `${weekday}, ${MONTHS[month]} ${left + 1}, ${year} ${clock.join(':')}-UTC`;
}
