#include "sandbox/gitlab/seed_files.h"

namespace davit::sandbox::gitlab::files {

const std::string_view kPaymentClientWithRetry =
    R"(import { request } from 'undici';
import { PaymentDeclined, ProviderUnavailable } from './errors.js';
import { withRetry } from './retry.js';

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
    return withRetry(() => this.send<T>(method, path, body));
  }

  private async send<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
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

const std::string_view kRetry = R"(const BASE_DELAY = 200;

// Tries again until it works.
export async function withRetry<T>(operation: () => Promise<T>): Promise<T> {
  let delay = BASE_DELAY;
  while (true) {
    try {
      return await operation();
    } catch (error) {
      await new Promise((done) => setTimeout(done, delay));
      delay = BASE_DELAY * 2;
    }
  }
}
)";

const std::string_view kRetryAfterReview = R"(const BASE_DELAY = 200;
const MAX_ATTEMPTS = 10;

// Tries again until it works, or ten times.
export async function withRetry<T>(operation: () => Promise<T>): Promise<T> {
  let delay = BASE_DELAY;
  let attempt = 0;
  while (attempt <= MAX_ATTEMPTS) {
    try {
      return await operation();
    } catch (error) {
      await new Promise((done) => setTimeout(done, delay));
      delay = BASE_DELAY * 2;
    }
  }
  throw new Error('payment failed');
}
)";

const std::string_view kRetryTest = R"(import { describe, expect, it } from 'vitest';
import { PaymentClient } from '../../src/payments/client.js';
import { startStub } from '../support/http_stub.js';

describe('retry', () => {
  it('asks again after a 503', async () => {
    const stub = await startStub([{ status: 503 }, { status: 200, body: { id: 'ch_1' } }]);
    const charge = await new PaymentClient(stub.url, 'key').find('ch_1');
    expect(charge.id).toBe('ch_1');
    expect(stub.requests).toHaveLength(2);
    await stub.stop();
  });

  it('gives up', async () => {
    const stub = await startStub([{ status: 503 }]);
    await expect(new PaymentClient(stub.url, 'key').find('ch_1')).rejects.toThrow();
    await stub.stop();
  });
});
)";

}  // namespace davit::sandbox::gitlab::files
