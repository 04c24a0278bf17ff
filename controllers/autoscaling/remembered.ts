/**
 * A pure function of an object and something else, computed once for each pair. Objects never change, and the lists of
 * a view are the same arrays until something in them changes: a sync at which nothing has happened costs look-ups. Of
 * the second kind there must be few for each object: its key, not a moment.
 */
export function remembered<O extends object, A, R>(
  compute: (object: O, argument: A) => R,
): (object: O, argument: A) => R {
  const known = new WeakMap<O, Map<A, R>>();
  return (object, argument) => {
    let results = known.get(object);
    if (results === undefined) {
      results = new Map();
      known.set(object, results);
    } else {
      const result = results.get(argument);
      if (result !== undefined) return result;
    }
    const result = compute(object, argument);
    results.set(argument, result);
    return result;
  };
}
