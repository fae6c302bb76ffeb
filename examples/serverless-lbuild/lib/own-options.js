'use strict';

const path = require('path');

const { Problem, nearest } = require('./problem');

const PLACE = 'custom.lbuild';
const SLIM = ['none', 'safe', 'small'];
const BYTECODE = ['none', 'auto', 'all'];

const isText = (value) => typeof value === 'string' && value !== '';
const isTexts = (value) => Array.isArray(value) && value.every(isText);
const textOrTexts = [(value) => isText(value) || isTexts(value), 'a text or a list of texts'];
const flag = [(value) => typeof value === 'boolean', 'true or false'];
const oneOf = (known) => [(value) => known.includes(value), `one of ${known.join(', ')}`];

/** Every key with what its value may be. */
const KEYS = {
  command: [(value) => isText(value) || (isTexts(value) && value.length > 0), 'a program, or a list of its words'],
  args: [isTexts, 'a list of texts'],
  requirements: textOrTexts,
  constraints: textOrTexts,
  exclude: textOrTexts,
  excludeRuntimePackages: flag,
  slim: oneOf(SLIM),
  bytecode: oneOf(BYTECODE),
  locks: [isText, 'a folder'],
  output: [(value) => isText(value) && isBelow(value), 'a folder of its own below the service'],
  shareLayers: flag,
  maxLayers: [(value) => Number.isInteger(value) && value >= 0, 'a number that is not negative'],
  groups: [
    (value) => isObject(value) && Object.values(value).every(isTexts),
    'a map of names to lists of functions',
  ],
};

/** The plug-in makes and removes files in it. */
function isBelow(folder) {
  const place = path.posix.normalize(folder.replace(/\\/g, '/'));
  return place !== '.' && place !== './' && !place.startsWith('..') && !path.isAbsolute(folder);
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What `custom.lbuild` says; keys that are not there are undefined, texts that may be lists are lists.
 * Throws Problem for a key or a value that is not understood.
 */
function readOwnOptions(custom) {
  const said = custom ? custom.lbuild : undefined;
  if (said !== undefined && said !== null && !isObject(said)) {
    throw new Problem(`\`${PLACE}\` is not a map`, { code: 'configuration' });
  }
  const options = { ...(said || {}) };
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(KEYS, key)) {
      throw new Problem(`\`${PLACE}\` has no key \`${key}\``, {
        evidence: [`known: ${Object.keys(KEYS).join(', ')}`],
        hint: nearest(key, Object.keys(KEYS)),
        code: 'configuration',
      });
    }
    const [fits, what] = KEYS[key];
    if (!fits(value)) {
      throw new Problem(`\`${key}\` of \`${PLACE}\` is not ${what}`, { code: 'configuration' });
    }
    if (KEYS[key] === textOrTexts) options[key] = [value].flat();
  }
  return Object.freeze({
    ...options,
    command: [options.command === undefined ? 'lbuild' : options.command].flat(),
    args: options.args || [],
    output: options.output || '.lbuild',
  });
}

module.exports = { readOwnOptions, isObject };
