'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');

const { addPlannedLayers, addNamedLayer, keepLayers, line, useArtefact } = require('../lib/artefacts');
const { placesOf, stage, vendored } = require('../lib/staging');

/** A folder with these files, gone with the test. */
function folder(t, files) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'serverless-lbuild-'));
  t.after(() => fs.rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  return root;
}

/** The files below a folder, with their texts. */
function tree(root) {
  const files = fs.readdirSync(root, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const names = files.map((each) => path.relative(root, path.join(each.parentPath || each.path, each.name))).sort();
  return Object.fromEntries(names.map((name) => [name, fs.readFileSync(path.join(root, name), 'utf8')]));
}

test('a module is the top of its bundle', () => {
  const places = placesOf(['api/app.py', 'api/deep/x.py', 'apiary/y.py', 'z.py'], 'api', []);
  assert.deepEqual([...places], [
    ['app.py', 'api/app.py'],
    ['deep/x.py', 'api/deep/x.py'],
  ]);
});

test('virtual environments, node_modules and folders of this plug-in stay out', () => {
  const files = ['a.py', '.venv/pyvenv.cfg', '.venv/lib/x.py', 'node_modules/p/i.js', 'web/node_modules/q.js', '.lbuild/out/a.zip'];
  assert.deepEqual([...placesOf(files, '.', ['.lbuild']).keys()], ['a.py']);
});

test('a mark of a virtual environment at the top does not empty the bundle', () => {
  assert.deepEqual([...placesOf(['a.py', 'pyvenv.cfg'], '.', []).keys()], ['a.py', 'pyvenv.cfg']);
});

test('a staged source has just its files, links followed', (t) => {
  const root = folder(t, { 'a.py': 'a', 'deep/b.py': 'b', 'staged/old.py': 'old' });
  fs.symlinkSync('a.py', path.join(root, 'link.py'));
  const goal = path.join(root, 'staged');
  stage(root, goal, placesOf(['a.py', 'deep/b.py', 'link.py'], '.', []));
  assert.deepEqual(tree(goal), { 'a.py': 'a', 'deep/b.py': 'b', 'link.py': 'a' });
});

test('vendored modules lie beside the app, and may not be other than its own', (t) => {
  const root = folder(t, { 'a.py': 'a', 'same.py': 's', 'vendor/same.py': 's', 'vendor/pkg/v.py': 'v', 'vendor/a.py': 'other' });
  const goal = path.join(root, 'staged');
  const beside = vendored(root, './vendor');
  assert.throws(
    () => stage(root, goal, placesOf(['a.py'], '.', []), beside),
    (error) => /`a.py` is there twice/.test(error.summary)
  );
  fs.rmSync(path.join(root, 'vendor/a.py'));
  stage(root, goal, placesOf(['a.py', 'same.py'], '.', []), vendored(root, './vendor'));
  assert.deepEqual(tree(goal), { 'a.py': 'a', 'pkg/v.py': 'v', 'same.py': 's' });
});

test('a vendor that is no folder is told', (t) => {
  assert.throws(() => vendored(folder(t, {}), 'gone'), /which is no folder/);
});

const SERVICE = () => ({ service: 'shop', functions: { a: {}, b: { package: { patterns: ['x'] }, layers: ['arn'] } } });

test('all functions of a bundle have its artefact, and keep what else was said', () => {
  const service = SERVICE();
  useArtefact(service, { functions: [{ name: 'a' }, { name: 'b' }] }, 'x.zip');
  assert.deepEqual(service.functions.a.package, { individually: true, artifact: 'x.zip' });
  assert.deepEqual(service.functions.b.package, { patterns: ['x'], individually: true, artifact: 'x.zip' });
});

test('planned layers are added once, and after those that a function has', () => {
  const service = SERVICE();
  const entry = { planned: true, compatible_runtimes: ['python3.13'], compatible_architectures: ['arm64'], file: 'l.zip' };
  const manifest = {
    functions: { a: { layers: ['shared'] }, b: { layers: ['shared', 'pythonRequirements'] } },
    layers: { shared: entry, pythonRequirements: { ...entry, planned: false } },
  };
  const bundles = [
    { name: 'a', functions: [{ name: 'a', layers: ['of-provider'] }] },
    { name: 'b', functions: [{ name: 'b', layers: ['arn'] }] },
  ];
  const placed = [];
  addPlannedLayers(service, 'dev', bundles, manifest, (name) => `${name}Id`, (_, name) => placed.push(name) && `${name}.zip`);
  assert.deepEqual(placed, ['shared']);
  assert.deepEqual(service.functions.a.layers, ['of-provider', { Ref: 'sharedId' }]);
  assert.deepEqual(service.functions.b.layers, ['arn', { Ref: 'sharedId' }]);
  assert.equal(service.layers.shared.package.artifact, 'shared.zip');
  assert.deepEqual(service.layers.shared.compatibleArchitectures, ['arm64']);
});

test('a function that is deployed alone has a layer that only CloudFormation knows, so the framework changes none', () => {
  const service = SERVICE();
  keepLayers(service, [{ functions: [{ name: 'a', layers: ['arn'] }] }]);
  assert.deepEqual(service.functions.a.layers, ['arn', { Ref: 'LayersOfLbuild' }]);
  assert.deepEqual(service.functions.b.layers, ['arn']);
});

test("the named layer has the service's keys before this plug-in's", () => {
  const service = SERVICE();
  addNamedLayer(service, 'dev', { runtime: 'python3.13', architecture: 'arm64' }, { description: 'ours' }, 'l.zip');
  assert.deepEqual(service.layers.pythonRequirements, {
    name: 'shop-dev-python-requirements',
    description: 'ours',
    compatibleRuntimes: ['python3.13'],
    compatibleArchitectures: ['arm64'],
    package: { artifact: 'l.zip' },
  });
});

test('an artefact is told with what Lambda will report', () => {
  assert.equal(line('api', { zipped: 1234567, code_sha256: 'abc=' }), 'api.zip  1.2 MB, CodeSha256 abc=');
});
