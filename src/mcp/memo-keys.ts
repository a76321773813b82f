/** Stable objects to remember answers under: one for each member, element and result of a node. */
const keys = new WeakMap<object, Map<string, object>>();

function derivedKey(node: object, name: string): object {
  const byName = keys.get(node) ?? new Map<string, object>();
  keys.set(node, byName);
  const key = byName.get(name) ?? { name };
  byName.set(name, key);
  return key;
}

export const memberKey = (node: object, name: string): object => derivedKey(node, `.${name}`);
export const elementKey = (node: object): object => derivedKey(node, '[]');
export const returnKey = (node: object): object => derivedKey(node, '()');
export const staticKey = (node: object, name: string): object => derivedKey(node, `static ${name}`);
