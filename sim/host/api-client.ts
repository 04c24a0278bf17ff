import type { Command, Result } from '../../core/api/command.ts';
import type { ApiServer } from '../../core/api/server.ts';
import type { Micros } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import { type Kernel, PRIORITY, type Target } from '../kernel/kernel.ts';
import type { RateLimiter } from './rate-limiter.ts';

interface Call {
  readonly command: Command;
  readonly actor: string;
  readonly cause: Cause;
  /** When the limiter lets the request go: what is sent before a crash arrives, what is not is lost. */
  readonly sentAt: Micros;
  /** The life of the process that sent it. */
  readonly life: number;
  readonly done: ((result: Result) => void) | undefined;
}

/**
 * One component's client of the API: a request waits for the QPS limiter, takes the request latency, is served,
 * and answers in the same moment. A crash or a cut connection loses what has not been sent, and answers.
 */
export class ApiClient implements Target {
  private readonly kernel: Kernel;
  private readonly server: ApiServer;
  private readonly limiter: RateLimiter;
  private readonly latency: Micros;
  private life = 0;
  private lostAt: Micros = Number.POSITIVE_INFINITY;
  private connected = true;

  constructor(kernel: Kernel, server: ApiServer, limiter: RateLimiter, latency: Micros) {
    this.kernel = kernel;
    this.server = server;
    this.limiter = limiter;
    this.latency = latency;
  }

  send(command: Command, actor: string, cause: Cause, done?: (result: Result) => void): void {
    const sentAt = this.limiter.reserve(this.kernel.now);
    const call: Call = { command, actor, cause, sentAt, life: this.life, done };
    this.kernel.schedule(sentAt + this.latency, PRIORITY.api, this, call);
  }

  /** Requests are lost from now on, and so are the answers of those under way. */
  disconnect(): void {
    if (!this.connected) return;
    this.connected = false;
    this.life += 1;
    this.lostAt = this.kernel.now;
  }

  reconnect(): void {
    this.connected = true;
  }

  handle(payload: unknown, now: Micros): void {
    const call = payload as Call;
    const current = call.life === this.life && this.connected;
    if (!current && call.sentAt > this.lostAt) return;
    const result = this.server.execute(call.command, {
      now,
      actor: call.actor,
      cause: call.cause.rv,
      reason: call.cause.reason,
    });
    if (current) call.done?.(result);
  }
}
