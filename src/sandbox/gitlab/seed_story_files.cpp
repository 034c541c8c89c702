#include "sandbox/gitlab/seed_files.h"

namespace davit::sandbox::gitlab::files {

// A connection comes back when an answer is complete, and never after an error: four time-outs use
// the pool up. That is what the story is about.
const std::string_view kProvider =
    R"(import { Client, Dispatcher, setGlobalDispatcher } from 'undici';

const POOL_SIZE = 4;
const WAIT_MS = 2000;

export class PoolExhaustedError extends Error {
  constructor() {
    super(`no free connection to payment-provider after ${WAIT_MS} ms (pool size ${POOL_SIZE})`);
    this.name = 'PoolExhaustedError';
  }
}

type Waiting = (client: Client) => void;

// Each new connection costs a TLS handshake of 80 ms, so a few stay open.
class ProviderPool extends Dispatcher {
  private readonly free: Client[] = [];
  private readonly waiting: Waiting[] = [];

  constructor(origin: string) {
    super();
    for (let i = 0; i < POOL_SIZE; i++) this.free.push(new Client(origin));
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandlers): boolean {
    this.take().then(
      (client) => {
        client.dispatch(options, {
          ...handler,
          onComplete: (trailers) => {
            this.giveBack(client);
            handler.onComplete?.(trailers);
          },
        });
      },
      (error) => handler.onError?.(error),
    );
    return true;
  }

  private take(): Promise<Client> {
    const client = this.free.pop();
    if (client !== undefined) return Promise.resolve(client);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new PoolExhaustedError()), WAIT_MS);
      this.waiting.push((next) => {
        clearTimeout(timer);
        resolve(next);
      });
    });
  }

  private giveBack(client: Client): void {
    const next = this.waiting.shift();
    if (next !== undefined) next(client);
    else this.free.push(client);
  }
}

export function keepProviderConnections(origin: string): void {
  if (origin !== '') setGlobalDispatcher(new ProviderPool(origin));
}
)";

const std::string_view kServerWithPool = R"(import Fastify from 'fastify';
import { PaymentClient } from './payments/client.js';
import { keepProviderConnections } from './payments/provider.js';
import { OrderService } from './orders/service.js';

const app = Fastify({ logger: true });
keepProviderConnections(process.env.PAYMENTS_URL ?? '');
const payments = new PaymentClient(process.env.PAYMENTS_URL ?? '', process.env.PAYMENTS_KEY ?? '');
const orders = new OrderService(payments);

app.post('/orders/:id/pay', async (request) => {
  const { id } = request.params as { id: string };
  return orders.pay({ id, total: 4200, currency: 'EUR' });
});

await app.listen({ host: '0.0.0.0', port: Number(process.env.PORT ?? 3000) });
)";
;

}  // namespace davit::sandbox::gitlab::files
