/** A time of day as part of a file's name, on every system: `20261122T140405Z`. */
export const stampOf = (iso: string): string => iso.replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
