import type { StimulusRecord } from '../../core/log/record.ts';

/** When one process of the control plane crashed: what it had sent before may still arrive after. */
export class CrashLog {
  private readonly process: string;
  private readonly crashes: number[] = [];

  constructor(process: string) {
    this.process = process;
  }

  observe({ rv, action }: StimulusRecord): void {
    if (action.op === 'fault' && action.fault === 'controller-crash' && action.controller === this.process)
      this.crashes.push(rv);
  }

  /** Whether the write `rv` was decided by a life of the process that has ended meanwhile. */
  between(cause: number, rv: number): boolean {
    for (let i = this.crashes.length - 1; i >= 0; i -= 1) {
      const crash = this.crashes[i] as number;
      if (crash < cause) return false;
      if (crash < rv) return true;
    }
    return false;
  }
}
