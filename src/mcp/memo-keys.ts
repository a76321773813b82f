type KeyOf = Map<object, object>;

/**
 * Stable objects to remember answers under: one for each member, element and result of a node. By name first: there are far fewer names
 * than nodes, and a map for each node is dear. They live as long as the answers do.
 */
export class MemoKeys {
  readonly #members = new Map<string, KeyOf>();
  readonly #statics = new Map<string, KeyOf>();
  readonly #elements: KeyOf = new Map();
  readonly #results: KeyOf = new Map();

  member(node: object, name: string): object {
    return keyIn(named(this.#members, name), node);
  }

  static(node: object, name: string): object {
    return keyIn(named(this.#statics, name), node);
  }

  element(node: object): object {
    return keyIn(this.#elements, node);
  }

  result(node: object): object {
    return keyIn(this.#results, node);
  }
}

function named(keys: Map<string, KeyOf>, name: string): KeyOf {
  let ofName = keys.get(name);
  if (!ofName) keys.set(name, (ofName = new Map<object, object>()));
  return ofName;
}

function keyIn(keys: KeyOf, node: object): object {
  let key = keys.get(node);
  if (!key) keys.set(node, (key = {}));
  return key;
}
