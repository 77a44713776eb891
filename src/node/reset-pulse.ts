/** Resets a board by its port's modem lines, where they lead to its reset pin. */

/** A board's reset circuit wants DTR or RTS low for about so long. */
const PULSE_MS = 100;

interface ModemLines {
  /** False where the port has no such lines. */
  setSignals(dtr: boolean, rts: boolean): Promise<boolean>;
  /** Throws away what came and was not read. */
  purge(): Promise<void>;
}

/**
 * RTS alone holds an ESP32 in reset; both low let it start from its flash; DTR's rise resets an Arduino. False
 * where there are no such lines.
 */
export async function pulseReset({ setSignals, purge }: ModemLines): Promise<boolean> {
  if (!(await setSignals(false, true))) return false;
  await passed(PULSE_MS);
  await purge();
  await setSignals(false, false);
  await passed(PULSE_MS);
  return setSignals(true, true);
}

const passed = (time_ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, time_ms);
  });
