/** All dashboards. */
import { subgraphNames } from '#contracts/services.ts';
import { gateway } from './gateway.ts';
import { overview } from './overview.ts';
import type { Dashboard } from './panel.ts';
import { saga } from './saga.ts';
import { serviceDashboard } from './service.ts';

export const dashboards: readonly Dashboard[] = [overview, gateway, saga, ...subgraphNames.map(serviceDashboard)];
