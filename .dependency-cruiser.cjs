/**
 * The arrows of the architecture: core <- controllers <- sim <- files <- {property-tests, server, bench} <- cli,
 * and web on top of core and sim alone. Each rule says what to do instead.
 */
const testFile = '\\.test\\.(ts|mjs)$';
/** Tests, and what they share in folders called `testing`: neither is part of the product. */
const test = `(${testFile}|/testing/)`;

/** Folders that may be imported from `folder`, besides itself; everything else of ours is forbidden. */
const allowedFrom = {
  core: [],
  controllers: ['core'],
  sim: ['core', 'controllers'],
  files: ['core', 'controllers', 'sim'],
  'property-tests': ['core', 'controllers', 'sim', 'files'],
  server: ['core', 'controllers', 'sim', 'files'],
  bench: ['core', 'controllers', 'sim', 'files', 'property-tests', 'server'],
  cli: ['core', 'controllers', 'sim', 'files', 'property-tests', 'server', 'bench'],
  web: ['core', 'sim'],
};
const folders = Object.keys(allowedFrom);
const pure = '^(core|controllers|sim)/';
/** What is installed with the package. `web` is bundled: its libraries are in the page, and nobody installs them. */
const installed = `^(${folders.filter((folder) => folder !== 'web').join('|')})/`;

const arrows = folders.map((folder) => {
  const forbidden = folders.filter((other) => other !== folder && !allowedFrom[folder].includes(other));
  return {
    name: `arrow-from-${folder}`,
    comment: `${folder} may import only ${[folder, ...allowedFrom[folder]].join(', ')}. Move the shared concept down, or pass it in as an argument.`,
    severity: 'error',
    from: { path: `^${folder}/`, pathNot: test },
    to: { path: `^(${forbidden.join('|')})/` },
  };
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'no-cycle',
      comment:
        'Two files import each other, if only for a type. Move what both need into a third, or turn one import into an argument.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'pure-folders-use-no-node',
      comment: 'core, controllers and sim run in a browser too. Do the I/O in files and pass the result in.',
      severity: 'error',
      from: { path: pure, pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-dev-dependency-in-product',
      comment:
        'The package is installed without its dev dependencies. Move the import to a test or script, or make it a dependency.',
      severity: 'error',
      from: { path: installed, pathNot: test },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'no-undeclared-package',
      comment:
        'A package that package.json does not name may vanish with any update. Declare it, or do without.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'undetermined'] },
    },
    {
      name: 'no-import-of-a-test',
      comment: 'A test is nobody’s library. Move what is shared into a file of its own.',
      severity: 'error',
      from: {},
      to: { path: testFile },
    },
    {
      name: 'resolvable',
      comment: 'The import resolves to nothing. Relative imports name the file with its .ts extension.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // TypeScript 7 has no JavaScript compiler API, so swc reads the sources.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // It reads no JSX: scripts/web-imports.test.mjs holds the components of web to the same arrows.
    exclude: { path: '^(dist|node_modules)/|\\.tsx$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mts', '.mjs', '.js', '.cjs', '.json'],
    },
  },
};
