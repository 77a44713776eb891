/** An application that sends back what comes, connection by connection as they have news. */
import type { Instant } from '../src/base/time.ts';
import type { Host } from '../src/stack/host/host.ts';
import type { HostPath } from '../src/stack/host/path.ts';
import { Connection } from '../src/stack/transport/tcp/connection.ts';
import { Listener } from '../src/stack/transport/tcp/listener.ts';
import { PORT } from './crowd.ts';

export class EchoServer {
  readonly #host: Host;
  readonly #connections: Connection<HostPath>[] = [];

  constructor(host: Host) {
    this.#host = host;
    host.listen(undefined, PORT, {});
  }

  get connections(): number {
    return this.#connections.length;
  }

  serve(now: Instant): void {
    const host = this.#host;
    for (let news = host.pollEvent(); news !== undefined; news = host.pollEvent()) {
      if (news instanceof Connection) this.#echo(news, now);
      else if (news instanceof Listener) this.#accept(news, now);
    }
  }

  #accept(listener: Listener<HostPath>, now: Instant): void {
    for (let c = listener.accept(); c !== undefined; c = listener.accept()) {
      this.#connections.push(c);
      this.#echo(c, now);
    }
  }

  #echo(connection: Connection<HostPath>, now: Instant): void {
    while (connection.readable > 0) {
      const sent = connection.send(connection.peek(), now);
      if (sent === 0) return;
      connection.consume(sent);
    }
  }
}
