'use strict';

/**
 * `custom.pythonRequirements`, the block of serverless-python-requirements, in lbuild's terms. What lbuild has no
 * use for is ignored with a notice that says why.
 */

const { isObject } = require('./own-options');
const { readPipWords } = require('./pip-words');
const { Problem } = require('./problem');

const PLACE = 'custom.pythonRequirements';
const DEFAULT_FILE = 'requirements.txt';
const CONTAINERS = 'lbuild takes wheels for Lambda on any host, and compiles what has none';

/** Why a key is ignored; after that the value with which nothing need be told, beside empty ones. */
const IGNORED = {
  zip: ['modules are loaded from the bundle as they are; guard `import unzip_requirements` with `except ImportError`'],
  slimPatterns: [
    'files go by evidence, not by name (docs/slim.md); `drop` in `[tool.lbuild.slim]` of pyproject.toml leaves out more',
  ],
  slimPatternsAppendDefaults: [],
  strip: ['say `without = ["strip"]` in `[tool.lbuild.slim]` of pyproject.toml', true],
  dockerizePip: [CONTAINERS],
  dockerImage: [`${CONTAINERS}; \`[tool.lbuild.build]\` names images`],
  dockerFile: [`${CONTAINERS}; \`[tool.lbuild.build]\` names Dockerfiles`],
  dockerSsh: [CONTAINERS],
  dockerPrivateKey: [CONTAINERS],
  dockerRootless: [CONTAINERS],
  dockerEnv: [CONTAINERS],
  dockerBuildCmdExtraArgs: [CONTAINERS],
  dockerRunCmdExtraArgs: [CONTAINERS],
  dockerExtraFiles: ['libraries that the runtime lacks come into the wheel that needs them'],
  pythonBin: ['the runtime decides, not an interpreter of this machine'],
  installFolderAsPackage: ['a folder with a pyproject.toml may stand in the requirements file'],
  useStaticCache: ['lbuild has a cache of its own: `lbuild cache`', true],
  useDownloadCache: ['lbuild has a cache of its own: `lbuild cache`', true],
  cacheLocation: ['lbuild has a cache of its own: `LBUILD_CACHE_DIR`'],
  staticCacheMaxVersions: ['lbuild has a cache of its own: `lbuild cache prune`', 0],
  invalidateCaches: ['lbuild has a cache of its own: `lbuild cache clean`'],
  poetryWithoutGroups: ['of a poetry.lock the group `main` is taken, and `poetryWithGroups`'],
  poetryOnlyGroups: ['of a poetry.lock the group `main` is taken, and `poetryWithGroups`'],
};
/** Read below, or without a meaning here: `enabled: false` turns off what Serverless Framework 4 has built in. */
const READ = [
  'fileName',
  'slim',
  'layer',
  'vendor',
  'noDeploy',
  'pipCmdExtraArgs',
  'usePipenv',
  'usePoetry',
  'useUv',
  'usePyProject',
  'requirePoetryLockFile',
  'poetryWithGroups',
  'pyprojectWithGroups',
  'cleanupZipHelper',
  'enabled',
];

/**
 * @param {object | undefined} custom the service's `custom`
 * @returns {object} `named`: the file's name was said; `layer`: its keys, null where there is none; `slim`: lbuild's
 *   profile, undefined where nothing was said; `words`: options of `lbuild build`; `notices`: what is to be told
 */
function readPythonRequirements(custom) {
  const said = custom ? custom.pythonRequirements : undefined;
  if (said !== undefined && said !== null && said !== false && !isObject(said)) {
    throw new Problem(`\`${PLACE}\` is not a map`, { code: 'configuration' });
  }
  const keys = said || {};
  const pip = readPipWords(texts(keys, 'pipCmdExtraArgs'));
  const layer = keys.layer === undefined || keys.layer === false || keys.layer === null ? null : keys.layer;
  if (layer !== null && layer !== true && !isObject(layer)) {
    throw new Problem(`\`layer\` of \`${PLACE}\` is neither true, false nor a map`, { code: 'configuration' });
  }
  const named = text(keys, 'fileName');
  return {
    fileName: named || DEFAULT_FILE,
    named: Boolean(named),
    slim: { true: 'safe', false: 'none' }[keys.slim],
    exclude: texts(keys, 'noDeploy'),
    layer: layer === true ? {} : layer,
    vendor: text(keys, 'vendor') || null,
    usePoetry: keys.usePoetry !== false,
    usePipenv: keys.usePipenv !== false,
    demandsPoetryLock: keys.requirePoetryLockFile === true,
    poetryGroups: texts(keys, 'poetryWithGroups'),
    pyprojectGroups: texts(keys, 'pyprojectWithGroups'),
    words: pip.words,
    constraints: pip.constraints,
    notices: [...ignored(keys), ...pip.notices],
  };
}

function ignored(keys) {
  const notices = [];
  for (const [key, value] of Object.entries(keys)) {
    if (READ.includes(key)) continue;
    if (!Object.hasOwn(IGNORED, key)) {
      notices.push(`\`${PLACE}.${key}\` is ignored: lbuild does not know it`);
      continue;
    }
    const [why, harmless] = IGNORED[key];
    if (why && !isQuiet(value, harmless)) notices.push(`\`${PLACE}.${key}\` is ignored: ${why}`);
  }
  return notices;
}

/** Said, but to no effect; `false` has one where `true` is what was there anyway. */
function isQuiet(value, harmless) {
  if (value === harmless || value === null || value === undefined || value === '') return true;
  return Array.isArray(value) ? value.length === 0 : value === false && harmless !== true;
}

function text(keys, key) {
  const value = keys[key];
  if (value === undefined || value === null || value === false || typeof value === 'string') return value;
  throw new Problem(`\`${key}\` of \`${PLACE}\` is no text`, { code: 'configuration' });
}

function texts(keys, key) {
  const value = keys[key] === undefined || keys[key] === null ? [] : [keys[key]].flat();
  if (value.every((each) => typeof each === 'string')) return value;
  throw new Problem(`\`${key}\` of \`${PLACE}\` is not a list of texts`, { code: 'configuration' });
}

module.exports = { readPythonRequirements, DEFAULT_FILE };
