import type { ServiceContext } from "./context.ts";

/**
 * What pages ask of the worker. Each service is a module of its own, which is loaded when a page first asks for it; its
 * `serve` makes an object whose functions the page calls across the threads.
 */
export const services = {
  networks: () => import("../networks/service.ts"),
  steps: () => import("../steps/service.ts"),
  batch: () => import("../pages/batch/service.ts"),
  landscape: () => import("../pages/landscape/service.ts"),
  ownData: () => import("../pages/own-data/service.ts"),
  claims: () => import("../pages/claims/service.ts"),
  featureScales: () => import("../pages/feature-scales/service.ts"),
} satisfies Record<string, () => Promise<{ serve(context: ServiceContext): object }>>;

export type ServiceName = keyof typeof services;

/** The functions of a service. */
export type Service<N extends ServiceName> = ReturnType<Awaited<ReturnType<(typeof services)[N]>>["serve"]>;
