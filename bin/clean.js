// Removes dist/, so that a build never carries what its sources no longer have.
import { rmSync } from 'node:fs';

rmSync(new URL('../dist/', import.meta.url), { recursive: true, force: true });
