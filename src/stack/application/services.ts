/** The services that a host can have, by the names that people choose them by. */
import { chargen } from './chargen/chargen.ts';
import { daytime } from './daytime/daytime.ts';
import { discard } from './discard/discard.ts';
import { echo } from './echo/echo.ts';
import { http } from './http/http.ts';
import type { Service, Setting } from './service.ts';
import { time } from './time/time.ts';

export const SERVICES = { echo, discard, daytime, chargen, time, http } as const;

export type ServiceName = keyof typeof SERVICES;

export const SERVICE_NAMES = Object.keys(SERVICES) as readonly ServiceName[];

/** @throws UsageError address-in-use */
export const startServices = (names: readonly ServiceName[], setting: Setting): Service[] =>
  names.flatMap((name) => SERVICES[name](setting));
