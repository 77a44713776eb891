/** The verdict as it is: the text of `verdict.json`. */
import { encodeVerdict } from '../verdict.ts';
import type { Report } from './report.ts';

export const json: Report = { name: 'json', write: (verdict) => encodeVerdict(verdict) };
