'use strict';

/**
 * The files that the framework would package, gathered in a folder that lbuild takes for the source: so `package.patterns`
 * and what plug-ins do to them hold. Files are hard links where the file system has them.
 */

const fs = require('fs');
const path = require('path');

const { Problem } = require('./problem');

/**
 * Which of the framework's files belong to a bundle's source, and where they go.
 *
 * @param {string[]} files as seen from the service's folder, as the framework lists them
 * @param {string} module only files below it, and from there
 * @param {string[]} without folders of the service that are never source
 * @returns {Map<string, string>} place in the source to file of the service
 */
function placesOf(files, module, without) {
  const slashed = files.map((file) => file.split(path.sep).join('/'));
  const folders = [...without, ...slashed.filter(isVenvMark).map((file) => path.posix.dirname(file))];
  const below = module === '.' ? '' : `${module}/`;
  const places = new Map();
  for (const file of slashed.sort()) {
    const outside = folders.some((folder) => file.startsWith(`${folder}/`)) || /(^|\/)node_modules\//.test(file);
    if (!outside && file.startsWith(below)) places.set(file.slice(below.length), file);
  }
  return places;
}

function isVenvMark(file) {
  return path.posix.basename(file) === 'pyvenv.cfg' && file.includes('/');
}

/** The files of a `vendor` folder as the framework would list them. Throws Problem where there is no such folder. */
function vendored(serviceDir, vendor) {
  const root = path.resolve(serviceDir, vendor);
  if (!fs.existsSync(root) || !fs.statSync(root).isDirectory()) {
    throw new Problem(`\`vendor\` is \`${vendor}\`, which is no folder`, { code: 'input-not-found' });
  }
  const found = new Map();
  for (const entry of fs.readdirSync(root, { recursive: true, withFileTypes: true })) {
    const whole = path.join(entry.parentPath || entry.path, entry.name);
    if (!entry.isDirectory()) found.set(path.relative(root, whole).split(path.sep).join('/'), whole);
  }
  return found;
}

/**
 * `folder` holds these files and nothing else.
 *
 * @param {string} serviceDir
 * @param {string} folder absolute
 * @param {Map<string, string>} places of `placesOf`
 * @param {Map<string, string>} beside of `vendored`; the app's own may not be other than these
 */
function stage(serviceDir, folder, places, beside = new Map()) {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  for (const [place, whole] of beside) put(whole, path.join(folder, place));
  for (const [place, file] of places) {
    const own = path.resolve(serviceDir, file);
    if (!beside.has(place)) put(own, path.join(folder, place));
    else if (!fs.readFileSync(own).equals(fs.readFileSync(beside.get(place)))) {
      throw new Problem(`\`${place}\` is there twice, with different content`, {
        evidence: [`\`${file}\` and \`${path.relative(serviceDir, beside.get(place))}\``],
        hint: 'Keep one of them',
        code: 'conflict',
      });
    }
  }
}

function put(from, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  const real = fs.realpathSync(from);
  try {
    fs.linkSync(real, to);
  } catch {
    fs.copyFileSync(real, to, fs.constants.COPYFILE_FICLONE); // other file systems, and those without links
  }
}

module.exports = { placesOf, vendored, stage };
