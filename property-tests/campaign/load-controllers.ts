import type { Controller } from '../../controllers/controller.ts';

function isController(value: unknown): value is Controller {
  if (typeof value !== 'object' || value === null) return false;
  const { name, watches, reconcile } = value as Partial<Controller>;
  return typeof name === 'string' && Array.isArray(watches) && typeof reconcile === 'function';
}

/** What a module exports as its default: a controller, or a list of them. Its code is the user's own. */
export async function loadControllers(urls: readonly string[]): Promise<readonly Controller[]> {
  const loaded: Controller[] = [];
  for (const url of urls) {
    const module = (await import(url)) as { readonly default?: unknown };
    const exported = Array.isArray(module.default)
      ? (module.default as readonly unknown[])
      : [module.default];
    if (exported.length === 0 || !exported.every(isController)) {
      throw new Error(
        `${url}: expected a controller (name, watches, reconcile) or a list of them as the default export`,
      );
    }
    loaded.push(...exported);
  }
  return loaded;
}
