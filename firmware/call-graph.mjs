/**
 * How deep the stack can get, from what gcc writes beside each object (-fcallgraph-info=su): every function's frame and
 * whom it calls. Whoever is called by a pointer is called by no name, and there are three tables of such: the
 * dispatcher's of requests; the HAL, which the core calls; what a board gives to the shared main loop and the HAL.
 */

/** For what has no known frame: the compiler's own functions, assembler, a mask ROM. */
const UNKNOWN = 64;
/** The registers that a trap saves. */
const TRAP = 64;
/** Of a board, by name. */
const isTrap = ({ file, name }) =>
  file.startsWith('boards/') && /^(trap|fault\w*|\w+_interrupt)$/.test(name);
const isRoot = ({ file, name }) => file.startsWith('boards/') && /^(start|reset|main)$/.test(name);
const INDIRECT = '__indirect_call';

const NODE = /node: \{ title: "([^"]+)" label: "([^"\\]+)\\n([^:"]+):[^"]*?\\n(\d+) bytes/g;
const EDGE = /sourcename: "([^"]+)" targetname: "([^"]+)"/g;

function parse(texts) {
  const functions = new Map();
  for (const text of texts) {
    for (const [, title, name, file, frame] of text.matchAll(NODE)) {
      functions.set(title, { title, name, file, frame: Number(frame), calls: [], called: false });
    }
  }
  for (const text of texts) {
    for (const [, from, to] of text.matchAll(EDGE)) {
      functions.get(from)?.calls.push(to);
      const callee = functions.get(to);
      if (callee !== undefined) callee.called = true;
    }
  }
  return functions;
}

/** The functions that a call by a pointer in `caller` may reach. */
function tables(functions) {
  const uncalled = [...functions.values()].filter(
    (each) => !each.called && !isTrap(each) && !isRoot(each),
  );
  const shared = ({ file }) => file.startsWith('boards/shared/');
  const requests = uncalled.filter(({ file }) => file === 'core/dispatch.c');
  const hal = uncalled.filter(shared);
  const board = uncalled.filter((each) => each.file.startsWith('boards/') && !shared(each));
  return (caller) => {
    if (shared(caller)) return board;
    if (caller.file.startsWith('boards/')) return [];
    return [...hal, ...board, ...(caller.name === 'nl_dispatch' ? requests : [])];
  };
}

/**
 * In octets, with one trap on top.
 *
 * @param texts of the .ci files
 * @throws Error where calls go round: then there is no bound
 */
export function stackDepth(texts) {
  const functions = parse(texts);
  const byPointer = tables(functions);
  const depths = new Map();
  const way = [];
  const depthOf = (each) => {
    const known = depths.get(each);
    if (known !== undefined) return known;
    const round = way.indexOf(each);
    way.push(each);
    if (round >= 0)
      throw new Error(
        way
          .slice(round)
          .map(({ name }) => name)
          .join(' → '),
      );
    const called = each.calls.map((to) => {
      if (to === INDIRECT) return Math.max(UNKNOWN, ...byPointer(each).map(depthOf));
      const callee = functions.get(to);
      return callee === undefined ? UNKNOWN : depthOf(callee);
    });
    way.pop();
    const depth = each.frame + Math.max(0, ...called);
    depths.set(each, depth);
    return depth;
  };
  const deepest = (chosen) => Math.max(0, ...[...functions.values()].filter(chosen).map(depthOf));
  return deepest(isRoot) + TRAP + deepest(isTrap);
}
