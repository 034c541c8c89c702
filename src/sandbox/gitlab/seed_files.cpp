#include "sandbox/gitlab/seed_files.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "base/crypto.h"

namespace davit::sandbox::gitlab::files {

const std::string_view kReadme = R"(# Harbor API

Orders, payments and tickets behind `api.harbor.example`.

## Start

    npm ci
    npm run dev

The tests need nothing from outside: `npm test`.

## Where things are

| Folder | What |
| --- | --- |
| `src/orders` | an order from basket to paid |
| `src/payments` | the client of the payment provider |
| `src/tickets` | PDF tickets |
| `docs/runbooks` | what to do when it burns |

A payment is charged once. Everything in `src/payments` has to keep that promise.
)";

const std::string_view kCi = R"(stages: [build, test, deploy]

default:
  image: node:22
  tags: [docker]

compile:
  stage: build
  script:
    - npm ci
    - npm run build
  artifacts:
    paths: [dist/]

lint:
  stage: test
  allow_failure: true
  script: npm run lint

unit-tests:
  stage: test
  script: npm run test:unit
  artifacts:
    when: always
    reports:
      junit: junit.xml

integration-tests:
  stage: test
  retry: 1
  script: npm run test:integration

deploy-review:
  stage: deploy
  script: ./bin/deploy.sh review
  environment: review/$CI_COMMIT_REF_SLUG
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"

deploy-production:
  stage: deploy
  when: manual
  script: ./bin/deploy.sh production
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH

smoke:
  stage: deploy
  trigger:
    project: harbor/platform/deploy-tools
    branch: main
)";

const std::string_view kPackage = R"({
  "name": "@harbor/api",
  "version": "4.1.0",
  "private": true,
  "type": "module",
  "scripts": {
    "build": "tsc -p .",
    "dev": "tsx watch src/server.ts",
    "lint": "eslint src test",
    "test": "vitest run",
    "test:unit": "vitest run --reporter=junit --outputFile=junit.xml test",
    "test:integration": "vitest run integration"
  },
  "dependencies": {
    "fastify": "5.1.0",
    "undici": "6.19.8"
  },
  "devDependencies": {
    "tsx": "4.19.2",
    "typescript": "5.6.3",
    "vitest": "2.1.4"
  }
}
)";

const std::string_view kPaymentClient = R"(import { request } from 'undici';
import { PaymentDeclined, ProviderUnavailable } from './errors.js';

const TIMEOUT_MS = 3000;

export interface Charge {
  id: string;
  orderId: string;
  amount: number; // in cents
  currency: string;
}

export class PaymentClient {
  constructor(
    private readonly baseUrl: string,
    private readonly apiKey: string,
  ) {}

  // Charges the card. The provider does not recognise a repeated charge: every POST takes money.
  async charge(orderId: string, amount: number, currency: string): Promise<Charge> {
    return this.call<Charge>('POST', '/charges', { orderId, amount, currency });
  }

  async refund(chargeId: string): Promise<void> {
    await this.call('POST', `/charges/${chargeId}/refund`);
  }

  async find(chargeId: string): Promise<Charge> {
    return this.call<Charge>('GET', `/charges/${chargeId}`);
  }

  private async call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const response = await request(this.baseUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${this.apiKey}`,
        'content-type': 'application/json',
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    if (response.statusCode === 402) throw new PaymentDeclined(path);
    if (response.statusCode >= 500) throw new ProviderUnavailable(path, response.statusCode);
    return (await response.body.json()) as T;
  }
}
)";

const std::string_view kPaymentErrors = R"(export class PaymentDeclined extends Error {
  constructor(readonly path: string) {
    super(`payment declined: ${path}`);
  }
}

export class ProviderUnavailable extends Error {
  constructor(
    readonly path: string,
    readonly status: number,
  ) {
    super(`payment provider answered ${status}: ${path}`);
  }
}
)";

const std::string_view kLegacyTimeout = R"(// Kept for the old checkout, which waits in seconds.
export function legacyTimeout(seconds: number): number {
  return Math.min(seconds, 30) * 1000;
}

export const LEGACY_DEFAULT_SECONDS = 10;
)";

const std::string_view kClientTest = R"(import { describe, expect, it } from 'vitest';
import { PaymentClient } from '../../src/payments/client.js';
import { ProviderUnavailable } from '../../src/payments/errors.js';
import { startStub } from '../helpers/http_stub.js';

describe('PaymentClient', () => {
  it('charges once', async () => {
    const stub = await startStub([{ status: 200, body: { id: 'ch_1' } }]);
    await new PaymentClient(stub.url, 'key').charge('order-1', 4200, 'EUR');
    expect(stub.requests).toHaveLength(1);
    await stub.stop();
  });

  it('reports an unavailable provider', async () => {
    const stub = await startStub([{ status: 503 }]);
    const client = new PaymentClient(stub.url, 'key');
    await expect(client.find('ch_1')).rejects.toBeInstanceOf(ProviderUnavailable);
    await stub.stop();
  });
});
)";

const std::string_view kHttpStub =
    R"(import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Canned {
  status: number;
  body?: unknown;
}

export interface Stub {
  url: string;
  requests: { method: string; path: string }[];
  stop(): Promise<void>;
}

// Answers one canned response after the other, and the last one for ever.
export async function startStub(answers: Canned[]): Promise<Stub> {
  const requests: Stub['requests'] = [];
  const server = createServer((request: IncomingMessage, response) => {
    requests.push({ method: request.method ?? '', path: request.url ?? '' });
    const canned = answers[Math.min(requests.length, answers.length) - 1];
    response.writeHead(canned.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(canned.body ?? {}));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: () => new Promise((done) => server.close(() => done())),
  };
}
)";

const std::string_view kOrderService =
    R"(import type { PaymentClient } from '../payments/client.js';

export interface Order {
  id: string;
  total: number;
  currency: string;
  chargeId?: string;
}

export class OrderService {
  constructor(private readonly payments: PaymentClient) {}

  async pay(order: Order): Promise<Order> {
    if (order.chargeId !== undefined) return order;
    const charge = await this.payments.charge(order.id, order.total, order.currency);
    return { ...order, chargeId: charge.id };
  }
}
)";

const std::string_view kServer = R"(import Fastify from 'fastify';
import { PaymentClient } from './payments/client.js';
import { OrderService } from './orders/service.js';

const app = Fastify({ logger: true });
const payments = new PaymentClient(process.env.PAYMENTS_URL ?? '', process.env.PAYMENTS_KEY ?? '');
const orders = new OrderService(payments);

app.post('/orders/:id/pay', async (request) => {
  const { id } = request.params as { id: string };
  return orders.pay({ id, total: 4200, currency: 'EUR' });
});

await app.listen({ host: '0.0.0.0', port: Number(process.env.PORT ?? 3000) });
)";

const std::string_view kHealth = R"(import type { FastifyInstance } from 'fastify';

export function addHealth(app: FastifyInstance): void {
  app.get('/health', async () => ({ status: 'healthy' }));
}
)";

const std::string_view kPaymentsDoc = R"(# Payments

The provider is called from one place, `src/payments/client.ts`.

- `POST /charges` takes money each time it arrives. There is no idempotency key in our contract.
- `GET /charges/:id` may be repeated.
- At peak hours the provider answers 503 for some seconds, sometimes after it took the money.
)";

const std::string_view kRunbook = R"(# Payment provider down

1. Look at the provider's status page.
2. If it says nothing, call the hot line: the number is in the vault.
3. Switch the shop to "pay later" with `bin/deploy.sh flag pay-later on`.
4. When it is over, switch back, and reconcile the charges of that time by hand.
)";

const std::string_view kMigrate = R"(#!/bin/sh
set -eu
exec node dist/migrate.js "$@"
)";

std::string lock_file(int packages, int generation) {
  std::string text =
      "{\n  \"name\": \"@harbor/api\",\n  \"lockfileVersion\": 3,\n  \"packages\": {\n";
  for (int i = 0; i < packages; ++i) {
    auto const seed = fmt::format("{}/{}", i, generation);
    auto const digest = base64_encode(sha256(seed) + sha256(seed + "b"));
    text += fmt::format(
        "    \"node_modules/package-{0:03}\": {{\n"
        "      \"version\": \"{1}.{2}.{0}\",\n"
        "      \"resolved\": \"https://registry.npmjs.org/package-{0:03}/-/package-{0:03}.tgz\",\n"
        "      \"integrity\": \"sha512-{3}\"\n    }}{4}\n",
        i,
        generation,
        i % 7,
        digest,
        i + 1 < packages ? "," : ""
    );
  }
  return text + "  }\n}\n";
}

std::string edited(std::string_view text, std::string_view old_part, std::string_view new_part) {
  std::string result(text);
  if (auto const at = result.find(old_part); at != std::string::npos) {
    result.replace(at, old_part.size(), new_part);
  }
  return result;
}

}  // namespace davit::sandbox::gitlab::files
