/** How much memory this process may have: what an alert compares its resident memory with. */
import { totalmem } from 'node:os';
import { Gauge, type Registry } from 'prom-client';

/** The limit of the container, where there is one, else all of the machine. */
export const memoryLimitBytes = (constrained = process.constrainedMemory(), total = totalmem()): number =>
  // 0, or a number beyond any memory, is how a process without a limit is told so.
  constrained > 0 && constrained < total ? constrained : total;

export const measureMemoryLimit = (registry: Registry): void => {
  new Gauge({
    name: 'agora_process_memory_limit_bytes',
    help: 'Memory that this process may have: its container’s limit, or the machine’s memory.',
    registers: [registry],
    collect() {
      this.set(memoryLimitBytes());
    },
  });
};
