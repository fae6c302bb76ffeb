'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const { readOwnOptions } = require('../lib/own-options');
const { readPipWords } = require('../lib/pip-words');
const { readPythonRequirements } = require('../lib/python-requirements');

const problem = (summary, hint) => (error) => {
  assert.match(error.summary, summary);
  if (hint) assert.equal(error.hint, hint);
  return true;
};

test('without a block lbuild is called by its name', () => {
  for (const custom of [undefined, {}, { lbuild: null }]) {
    const options = readOwnOptions(custom);
    assert.deepEqual([options.command, options.args, options.output], [['lbuild'], [], '.lbuild']);
  }
});

test('texts that may be lists are lists', () => {
  const options = readOwnOptions({ lbuild: { command: ['uvx', 'lbuild'], exclude: 'six', requirements: ['a', 'b'] } });
  assert.deepEqual([options.command, options.exclude, options.requirements], [['uvx', 'lbuild'], ['six'], ['a', 'b']]);
});

test('a key that nobody reads is told with the nearest', () => {
  assert.throws(() => readOwnOptions({ lbuild: { sharelayer: true } }), problem(/no key `sharelayer`/, 'Did you mean `shareLayers`?'));
  assert.throws(() => readOwnOptions({ lbuild: { nothingLikeIt: 1 } }), problem(/no key/, null));
});

for (const [key, value] of Object.entries({
  command: [],
  args: '--offline',
  requirements: 7,
  slim: 'tiny',
  bytecode: 'only',
  shareLayers: 'yes',
  maxLayers: -1,
  groups: { web: 'api' },
  output: '',
})) {
  test(`a wrong \`${key}\` is told`, () => {
    assert.throws(() => readOwnOptions({ lbuild: { [key]: value } }), problem(new RegExp(`\`${key}\` of \`custom.lbuild\` is not`)));
  });
}

test('the output folder is one of its own, for files in it are replaced', () => {
  for (const output of ['.', './', '..', '../x', 'a/../..', '/abs']) {
    assert.throws(() => readOwnOptions({ lbuild: { output } }), problem(/`output` of `custom.lbuild` is not a folder of its own/));
  }
  assert.equal(readOwnOptions({ lbuild: { output: './build/lbuild' } }).output, './build/lbuild');
});

test('a block that is no map is told', () => {
  assert.throws(() => readOwnOptions({ lbuild: ['x'] }), problem(/is not a map/));
  assert.throws(() => readPythonRequirements({ pythonRequirements: 'slim' }), problem(/is not a map/));
});

test('the block of serverless-python-requirements is read', () => {
  const taken = readPythonRequirements({
    pythonRequirements: {
      fileName: 'deps.txt',
      slim: true,
      noDeploy: ['boto3'],
      layer: { description: 'ours' },
      vendor: './vendored',
      pipCmdExtraArgs: ['--extra-index-url https://a.example/simple', '-c limits.txt'],
    },
  });
  assert.deepEqual(taken, {
    fileName: 'deps.txt',
    named: true,
    slim: 'safe',
    exclude: ['boto3'],
    layer: { description: 'ours' },
    vendor: './vendored',
    usePoetry: true,
    usePipenv: true,
    demandsPoetryLock: false,
    poetryGroups: [],
    pyprojectGroups: [],
    words: ['--extra-index-url', 'https://a.example/simple'],
    constraints: ['limits.txt'],
    notices: [],
  });
});

test('slim: false keeps every file, and where nothing is said lbuild decides', () => {
  assert.equal(readPythonRequirements({ pythonRequirements: { slim: false } }).slim, 'none');
  assert.equal(readPythonRequirements({}).slim, undefined);
});

test('layer: true is a layer without keys of its own', () => {
  assert.deepEqual(readPythonRequirements({ pythonRequirements: { layer: true } }).layer, {});
  assert.equal(readPythonRequirements({ pythonRequirements: { layer: false } }).layer, null);
});

test('what is ignored is told with the reason, and nothing is told of what has no effect', () => {
  const notices = (pythonRequirements) => readPythonRequirements({ pythonRequirements }).notices;
  assert.match(notices({ dockerizePip: 'non-linux' })[0], /dockerizePip` is ignored: lbuild takes wheels for Lambda/);
  assert.match(notices({ zip: true })[0], /unzip_requirements/);
  assert.match(notices({ slimPatterns: ['**/tests/**'] })[0], /by evidence/);
  assert.match(notices({ strip: false })[0], /without = \["strip"\]/);
  assert.match(notices({ dockerizepip: true })[0], /lbuild does not know it/);
  const quiet = { zip: false, dockerizePip: false, strip: true, slimPatterns: [], useStaticCache: true, dockerImage: null };
  assert.deepEqual(notices({ ...quiet, staticCacheMaxVersions: 0, usePoetry: true, enabled: false }), []);
});

test('values of the wrong kind are told', () => {
  for (const block of [{ noDeploy: [1] }, { fileName: 1 }, { layer: 'yes' }, { pipCmdExtraArgs: { a: 1 } }]) {
    assert.throws(() => readPythonRequirements({ pythonRequirements: block }), problem(/custom.pythonRequirements/));
  }
});

test("pip's words are lbuild's where they mean the same", () => {
  const found = readPipWords(['--index-url=https://a.example/simple --pre', '-f ./wheels', '--constraint c.txt']);
  assert.deepEqual(found, {
    words: ['--index-url', 'https://a.example/simple', '--pre', '--find-links', './wheels'],
    constraints: ['c.txt'],
    notices: [],
  });
});

test("pip's words for another platform go with their values", () => {
  const found = readPipWords(['--platform manylinux2014_x86_64', '--only-binary=:all:', '--no-deps']);
  assert.deepEqual(found.words, ['--only-binary', ':all:']);
  assert.equal(found.notices.length, 2);
  assert.match(found.notices[0], /`--platform` is ignored: runtime and architecture/);
  assert.match(found.notices[1], /`--no-deps` is ignored/);
});
