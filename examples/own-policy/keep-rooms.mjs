/**
 * A scheduler plugin of one's own: a pod goes where it spoils no room for a large one. A room is what a large pod would
 * take, as many as are free on a node; best is the node that has as many of them with the pod as without, and of those
 * the one that is left with least besides.
 *
 * The type comes with the package, and an editor checks against it.
 * @type {import('wavetank/controllers').Plugin}
 */
const keepRooms = {
  name: 'KeepRooms',
  // Scores change with the pods on a node, and with nothing else: they are kept until these change.
  dependsOn: 'load',
  score: (_state, pod, node) => {
    const free = node.table.allocatableCpu[node.slot] - node.table.requestedCpu[node.slot];
    const left = free - pod.facts.requests.milliCpu;
    const spoilt = Math.floor(free / ROOM) - Math.floor(left / ROOM);
    const besides = (left % ROOM) / ROOM;
    return Math.max(0, Math.round(100 - 50 * Math.min(1, spoilt) - 50 * besides));
  },
};

/** The CPUs of a large pod, in thousandths. */
const ROOM = 14_000;

export default keepRooms;
