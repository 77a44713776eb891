// Removes what a build makes, so that the next one never carries what its sources no longer have.
import { rmSync } from 'node:fs';

for (const made of ['dist/', 'oclif.manifest.json']) {
  rmSync(new URL(`../${made}`, import.meta.url), { recursive: true, force: true });
}
