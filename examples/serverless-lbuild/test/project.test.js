'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const { readOwnOptions } = require('../lib/own-options');
const { bundlesOf, projectOf } = require('../lib/project');
const { readPythonRequirements } = require('../lib/python-requirements');
const { requirementsOf } = require('../lib/requirements');
const { pythonFunctions, idleModules } = require('../lib/service');

const REF = { Ref: 'PythonRequirementsLambdaLayer' };

/** The project of a service, with the files it has. */
function project(service, files = { 'requirements.txt': 'idna' }) {
  const whole = { service: 'shop', provider: { runtime: 'python3.13' }, custom: {}, ...service };
  const bundles = bundlesOf(whole.service, pythonFunctions(whole), Object.keys(whole.functions).length < 4);
  const own = readOwnOptions(whole.custom);
  const taken = readPythonRequirements(whole.custom);
  const read = (file) => (Object.hasOwn(files, file) ? files[file] : null);
  return projectOf(bundles, own, taken, read, (bundle) => `source/${bundle.name}`);
}

test('functions of one target have one bundle, named after the service', () => {
  const { document } = project({ functions: { a: { handler: 'h.a' }, b: { handler: 'h.b' } } });
  assert.deepEqual(document.functions, {
    shop: {
      requirements: ['requirements.txt'],
      constraints: [],
      runtime: 'python3.13',
      arch: 'x86_64',
      source: 'source/shop',
    },
  });
  assert.deepEqual(document.groups, { shop: { functions: ['shop'] } });
});

test('functions of several targets have one bundle a target', () => {
  const functions = { a: {}, b: { architecture: 'arm64' }, c: { runtime: 'python3.11', architecture: 'arm64' } };
  const { document } = project({ functions });
  const targets = Object.entries(document.functions).map(([name, each]) => [name, each.runtime, each.arch]);
  assert.deepEqual(targets, [
    ['shop-python313-x86_64', 'python3.13', 'x86_64'],
    ['shop-python313-arm64', 'python3.13', 'arm64'],
    ['shop-python311-arm64', 'python3.11', 'arm64'],
  ]);
});

test('individually, each has the requirements of its module', () => {
  const files = { 'api/requirements.txt': '', 'job/requirements.txt': '', 'requirements.txt': '' };
  const { document } = project(
    {
      package: { individually: true },
      functions: { api: { module: './api/', handler: 'app.handler' }, job: { module: 'job' }, root: {} },
    },
    files
  );
  const requirements = Object.entries(document.functions).map(([name, each]) => [name, each.requirements[0]]);
  assert.deepEqual(requirements, [
    ['api', 'api/requirements.txt'],
    ['job', 'job/requirements.txt'],
    ['root', 'requirements.txt'],
  ]);
  assert.equal(document.functions.api.handler, 'app.handler');
  assert.deepEqual(Object.keys(document.groups), ['api', 'job', 'root']);
});

test('functions with the same requirements have one lock', () => {
  const { document } = project({ package: { individually: true }, functions: { b: {}, a: {} } });
  assert.deepEqual(document.groups, { a: { functions: ['a', 'b'] } });
});

test('what is not lbuild to package stays with the framework', () => {
  const functions = {
    image: { image: 'registry.example/x' },
    node: { runtime: 'nodejs22.x' },
    ready: { package: { artifact: 'mine.zip' } },
    off: { package: { disable: true } },
    ours: {},
  };
  assert.deepEqual(Object.keys(project({ functions }).document.functions), ['shop-python']);
  assert.deepEqual(pythonFunctions({ provider: {}, functions: { a: {} } }), []);
});

test('a module that leaves the service is refused', () => {
  for (const module of ['../x', '/x', 'a/../../x', 7]) {
    const service = { package: { individually: true }, functions: { a: { module } } };
    assert.throws(() => project(service), /no folder of the service/);
  }
});

test('a module without individual packages is told', () => {
  const service = { provider: { runtime: 'python3.13' }, functions: { a: { module: 'api' } } };
  assert.match(idleModules(service, pythonFunctions(service))[0], /`module` of `a` has no effect/);
});

test('a layer has the requirements, and functions that name it have the layer', () => {
  const found = project({
    custom: { pythonRequirements: { layer: true } },
    functions: { a: { layers: [REF] }, b: {} },
  });
  assert.deepEqual(found.document.layers.pythonRequirements.requirements, ['requirements.txt']);
  const [alone, layered] = [found.document.functions['shop-python313-x86_64'], found.document.functions['shop-python313-x86_64-layer']];
  assert.deepEqual([alone.requirements, alone.layers], [[], undefined]);
  assert.deepEqual([layered.requirements, layered.layers], [['requirements.txt'], ['pythonRequirements']]);
  assert.match(found.notices[0], /`b`: no requirements/);
  assert.equal(found.layerAlone, null);
});

test('a layer that no function names is built by itself', () => {
  const found = project({ custom: { pythonRequirements: { layer: true } }, functions: {} });
  assert.deepEqual(found.layerAlone, { requirements: ['requirements.txt'], constraints: [] });
});

test('one layer for two architectures is refused, with what makes more', () => {
  const functions = { a: { layers: [REF] }, b: { layers: [REF], architecture: 'arm64' } };
  assert.throws(
    () => project({ custom: { pythonRequirements: { layer: true } }, functions }),
    (error) => /shareLayers/.test(error.hint) && error.evidence.length === 2
  );
});

test('a layer without requirements is refused', () => {
  assert.throws(() => project({ custom: { pythonRequirements: { layer: true } }, functions: {} }, {}), /no requirements for the layer/);
});

test('layers that are there count against the five', () => {
  const functions = { a: { layers: ['arn:1', 'arn:2'] }, b: {} };
  const { document } = project({
    custom: { lbuild: { shareLayers: true } },
    package: { individually: true },
    functions,
  });
  assert.deepEqual([document.defaults['share-layers'], document.defaults['max-layers'], document.groups], [true, 3, {}]);
});

test('both blocks say what all functions have', () => {
  const { document } = project({
    custom: {
      lbuild: { exclude: 'idna', slim: 'small', bytecode: 'none', locks: 'locks', requirements: ['x.txt', 'six'] },
      pythonRequirements: { noDeploy: ['boto3'], slim: true },
    },
    functions: { a: {} },
  });
  assert.deepEqual(document.defaults, {
    exclude: ['idna', 'boto3'],
    'exclude-runtime-packages': false,
    slim: 'small',
    bytecode: 'none',
    locks: 'locks',
  });
  assert.deepEqual(document.functions.shop.requirements, ['x.txt', 'six']);
});

/** What is found among these files of the module `api`. */
function found(files, pythonRequirements = {}) {
  const there = Object.fromEntries(Object.entries(files).map(([name, text]) => [`api/${name}`, text]));
  return requirementsOf('api', readPythonRequirements({ pythonRequirements }), (name) => there[name] ?? null);
}

for (const [files, chosen] of [
  [{ 'requirements.txt': '', 'pylock.toml': '' }, 'requirements.txt'],
  [{ 'requirements.txt': '', 'Pipfile.lock': '{}' }, 'Pipfile.lock'],
  [{ 'requirements.txt': '', 'poetry.lock': '', 'Pipfile.lock': '{}' }, 'poetry.lock'],
  [{ 'pylock.toml': '', 'uv.lock': '', 'pyproject.toml': '[project]\n' }, 'pylock.toml'],
  [{ 'uv.lock': '', 'pyproject.toml': '[project]\n' }, 'uv.lock'],
  [{ 'pyproject.toml': '[build-system]\n\n[project]\n' }, 'pyproject.toml'],
]) {
  test(`of ${Object.keys(files).join(', ')} one decides, and the others are told`, () => {
    const { requirements, notices } = found(files);
    assert.deepEqual(requirements, [`api/${chosen}`]);
    const others = Object.keys(files).filter((name) => name !== chosen && name !== 'pyproject.toml');
    assert.equal(notices.length, others.length);
  });
}

test('locks that the service does not want are not taken', () => {
  const files = { 'poetry.lock': '', 'Pipfile.lock': '{}', 'requirements.txt': '' };
  assert.deepEqual(found(files, { usePoetry: false, usePipenv: false }).requirements, ['api/requirements.txt']);
});

test('groups go with the file that has them', () => {
  const block = { poetryWithGroups: ['web'], pyprojectWithGroups: ['job'] };
  assert.deepEqual(found({ 'poetry.lock': '' }, block).groups, ['web']);
  assert.deepEqual(found({ 'pyproject.toml': '[project]\n' }, block).groups, ['job']);
  assert.deepEqual(found({ 'requirements.txt': '' }, block).groups, []);
});

test('nothing found is told, and a demanded lock that is missing refused', () => {
  assert.match(found({ 'pyproject.toml': '[tool.ruff]\n' }).notices[0], /`api\/requirements.txt` does not exist/);
  const demanded = { requirePoetryLockFile: true };
  assert.throws(() => found({ 'pyproject.toml': '[tool.poetry]\n' }, demanded), /`api\/poetry.lock` does not exist/);
  assert.deepEqual(found({ 'requirements.txt': '' }, demanded).requirements, ['api/requirements.txt']);
});

test('a file that was named and is nowhere is told', () => {
  const named = { custom: { pythonRequirements: { fileName: 'deps.txt' } } };
  assert.throws(() => project({ ...named, functions: { a: {} } }), /`deps.txt` does not exist/);
  const some = { ...named, package: { individually: true }, functions: { a: { module: 'a' }, b: { module: 'b' } } };
  assert.deepEqual(project(some, { 'a/deps.txt': '' }).document.functions.b.requirements, []);
});
