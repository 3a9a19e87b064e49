// The only way out of the process: pooled HTTP with a limit on every wait, redirects that are followed
// by hand and checked one by one, and credentials that never reach another host. Must never know what
// it fetches, and must never read the environment: a proxy is an argument.
export {
  createEgress,
  type Egress,
  type EgressOptions,
  type EgressRequest,
  type EgressResponse,
  type EgressTimeouts,
} from './egress.ts';
export { EgressError, type EgressErrorKind } from './egress-error.ts';
