/** The layers, lowest first: a folder may import itself and what stands before it. */
const LAYERS = [
  'base',
  'stack',
  'packetdrill',
  'medium',
  'simulation',
  'hardware',
  'capture',
  'lab',
  'node',
  'cli',
];

const upward = LAYERS.map((layer, i) => ({
  name: `layer-${layer}`,
  severity: 'error',
  comment: `src/${layer} may import only itself and the layers below it`,
  from: { path: `^src/${layer}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^src/', pathNot: LAYERS.slice(0, i + 1).map((l) => `^src/${l}/`) },
}));

/** Folders of one layer that meet only through what `shared` names. */
const strangers = (name, folders, shared) =>
  folders.map((folder) => ({
    name: `${name}-${folder}`,
    severity: 'error',
    comment: `src/hardware/${folder} and its neighbours are two ends of one cable`,
    from: { path: `^src/hardware/${folder}/`, pathNot: '\\.test\\.ts$' },
    to: {
      path: '^src/hardware/',
      pathNot: [`^src/hardware/${folder}/`, ...shared.map((s) => `^src/hardware/${s}/`)],
    },
  }));

const PROTOCOL = '^src/stack/(?!host/)([^/]+)/([^/]+)/';

export default {
  forbidden: [
    ...upward,
    ...strangers('ends-of-a-cable', ['board', 'emulator', 'twin', 'flash'], ['control']),
    ...strangers('shared-by-both-ends', ['control'], []),
    {
      name: 'pure-core',
      severity: 'error',
      comment: 'only node/ and cli/ touch the machine; the emulator alone uses rp2040js and avr8js',
      from: { path: '^src/', pathNot: ['^src/(node|cli)/', '\\.test\\.ts$'] },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional'],
        pathNot: 'rp2040js|avr8js',
      },
    },
    {
      name: 'chips-in-the-emulator',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/hardware/emulator/' },
      to: { path: 'rp2040js|avr8js' },
    },
    {
      name: 'protocols-are-strangers',
      severity: 'error',
      comment: "a protocol may import another's address.ts, no more; stack/host introduces them",
      from: { path: PROTOCOL, pathNot: '\\.test\\.ts$' },
      to: { path: PROTOCOL, pathNot: ['^src/stack/$1/$2/', '/address\\.ts$'] },
    },
    {
      name: 'labs-use-public-layers',
      severity: 'error',
      from: { path: '^labs/[^/]+/(lab\\.ts|checks/)' },
      to: { path: '^src/', pathNot: '^src/(base|stack|medium|simulation|lab)/' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-src-to-test',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { path: '(^test/|\\.test\\.ts$)' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
