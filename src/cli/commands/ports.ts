import { listPorts, type PortDescription } from '../../node/discovery.ts';
import { BaseCommand } from '../base-command.ts';
import { en } from '../messages/en.ts';
import { table } from '../terminal.ts';

export default class Ports extends BaseCommand {
  static override readonly summary = en['help.ports.summary'];
  static override readonly description = en['help.ports.description'];
  static override readonly examples = ['<%= config.bin %> ports', '<%= config.bin %> ports --json'];

  async run(): Promise<{ ports: readonly PortDescription[] }> {
    await this.parse(Ports);
    const ports = await listPorts();
    for (const line of table(ports.map((port) => this.row(port)))) this.print(line);
    if (ports.length === 0) this.print(this.say('ports.none'));
    return { ports };
  }

  private row(port: PortDescription): string[] {
    const identity = port.vendorId === undefined ? '' : `${port.vendorId}:${port.productId ?? ''}`;
    return [port.path, port.what ?? port.manufacturer ?? '', identity, port.serialNumber ?? ''];
  }
}
