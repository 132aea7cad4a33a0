/** The services, one line each: whatever else there is to say of one is in its descriptor (docs/adr/0029). See ops/services.ts. */
export { service as gateway } from './gateway/service.ts';
export { service as simulator } from './simulator/service.ts';
export { service as order } from './subgraphs/order/service.ts';
export { service as payment } from './subgraphs/payment/service.ts';
export { service as product } from './subgraphs/product/service.ts';
export { service as user } from './subgraphs/user/service.ts';
