'use strict';

/** A service becomes a project of lbuild: the tables of lbuild.toml, as `lbuild build --project -` reads them. */

const { Problem } = require('./problem');
const { requirementsOf } = require('./requirements');
const { LAYER } = require('./service');

const LAMBDA_LAYERS = 5;

/**
 * Which functions have one bundle: each its own when packaged individually, else all of one target that do with
 * the layer or without it.
 *
 * @param {string} serviceName
 * @param {object[]} functions of `pythonFunctions`
 * @param {boolean} alone the framework packages nothing else, so the service's own name is free
 * @returns {{name: string, functions: object[], module: string, individually: boolean}[]}
 */
function bundlesOf(serviceName, functions, alone) {
  const common = new Map();
  const bundles = [];
  for (const each of functions) {
    if (each.individually) {
      bundles.push({ name: each.name, functions: [each], module: each.module, individually: true });
      continue;
    }
    const key = [each.runtime, each.architecture, ...(each.wantsLayer ? ['layer'] : [])].join(' ');
    if (!common.has(key)) common.set(key, []);
    common.get(key).push(each);
  }
  for (const [key, members] of common) {
    const ending = common.size === 1 ? [] : key.replace(/\./g, '').split(' ');
    const name = [serviceName, ...(alone || ending.length > 0 ? [] : ['python']), ...ending].join('-');
    bundles.push({ name, functions: members, module: '.', individually: false });
  }
  return bundles;
}

/**
 * The project, what it has notices of, and the layer that is to be built by itself because no function names it.
 *
 * @param {object[]} bundles of `bundlesOf`
 * @param {object} own of `readOwnOptions`
 * @param {object} taken of `readPythonRequirements`
 * @param {(path: string) => string | null} read the text of a file of the service
 * @param {(bundle: object) => string} sourceOf the folder with a bundle's source, as seen from the service's
 */
function projectOf(bundles, own, taken, read, sourceOf) {
  const notices = [];
  const constraints = [...(own.constraints || []), ...taken.constraints];
  const wanted = (module) => {
    if (own.requirements) return { requirements: own.requirements, constraints };
    const found = requirementsOf(module, taken, read);
    notices.push(...found.notices);
    const groups = found.groups.length > 0 ? { 'dependency-groups': found.groups } : {};
    return { requirements: found.requirements, constraints, ...groups };
  };
  const layered = taken.layer === null ? null : wanted('.');
  if (layered !== null && layered.requirements.length === 0) {
    throw new Problem('There are no requirements for the layer', {
      evidence: [`\`custom.pythonRequirements.layer\` is set, and \`${taken.fileName}\` does not exist`],
      code: 'input-not-found',
    });
  }
  const tables = {};
  for (const bundle of bundles) {
    const [first] = bundle.functions;
    const inLayer = layered !== null && first.wantsLayer;
    if (layered !== null && !inLayer) {
      const names = bundle.functions.map(({ name }) => `\`${name}\``).join(', ');
      notices.push(`${names}: no requirements, for the layer has them; name {Ref: PythonRequirementsLambdaLayer}`);
    }
    tables[bundle.name] = {
      // What the layer has of it, the bundle has not.
      ...(layered === null ? wanted(bundle.module) : inLayer ? layered : { requirements: [] }),
      runtime: first.runtime,
      arch: first.architecture,
      source: sourceOf(bundle),
      ...(inLayer ? { layers: [LAYER] } : {}),
      ...(bundle.individually && first.handler ? { handler: first.handler } : {}),
    };
  }
  const all = [...Object.values(tables), ...(layered === null ? [] : [layered])];
  demandNamedFile(own, taken, all.map((table) => table.requirements));
  const asked = bundles.some((bundle) => bundle.functions[0].wantsLayer);
  const defaults = defaultsOf(own, taken, bundles);
  const layers = layered !== null && asked ? { [LAYER]: { ...layered, exclude: defaults.exclude } } : {};
  demandOneTarget(bundles, layers);
  return {
    document: { defaults, functions: tables, layers, groups: groupsOf(own, tables) },
    layerAlone: layered !== null && !asked ? layered : null,
    notices: [...new Set(notices)],
  };
}

/** A file that was named and is nowhere is a mistake; where it is in some modules only, it is not. */
function demandNamedFile(own, taken, found) {
  if (own.requirements || !taken.named || found.some((each) => each.length > 0)) return;
  throw new Problem(`\`${taken.fileName}\` does not exist`, {
    evidence: ['`fileName` of `custom.pythonRequirements` names it'],
    hint: 'Write it, or name another',
    code: 'input-not-found',
  });
}

/** The framework knows one layer by this name, so it has one content. */
function demandOneTarget(bundles, layers) {
  if (!Object.hasOwn(layers, LAYER)) return;
  const using = bundles.flatMap((bundle) => bundle.functions).filter((each) => each.wantsLayer);
  const targets = new Set(using.map((each) => `${each.runtime} on ${each.architecture}`));
  if (targets.size > 1) {
    throw new Problem('One layer cannot be for several runtimes or architectures', {
      evidence: using.map((each) => `\`${each.name}\` is for ${each.runtime} on ${each.architecture}`),
      hint: 'Use `custom.lbuild.shareLayers` in place of `layer`: it makes as many layers as are needed',
      code: 'configuration',
    });
  }
}

function defaultsOf(own, taken, bundles) {
  const slim = own.slim || taken.slim;
  const there = Math.max(0, ...bundles.flatMap(({ functions }) => functions.map(({ layers }) => layers.length)));
  const most = own.maxLayers === undefined ? Math.max(0, LAMBDA_LAYERS - there) : own.maxLayers;
  return {
    exclude: [...(own.exclude || []), ...taken.exclude],
    'exclude-runtime-packages': Boolean(own.excludeRuntimePackages),
    ...(slim ? { slim } : {}),
    ...(own.bytecode ? { bytecode: own.bytecode } : {}),
    ...(own.locks ? { locks: own.locks } : {}),
    ...(own.shareLayers ? { 'share-layers': true, 'max-layers': most } : {}),
  };
}

/**
 * Functions with the same requirements have one lock. Others are as independent as the framework has them, unless
 * they are to share layers: then all are one group, or those that the service names.
 */
function groupsOf(own, tables) {
  if (own.groups) {
    return Object.fromEntries(Object.entries(own.groups).map(([name, functions]) => [name, { functions }]));
  }
  if (own.shareLayers) return {};
  const groups = new Map();
  for (const name of Object.keys(tables).sort()) {
    const { requirements, layers } = tables[name];
    const key = JSON.stringify([requirements, layers || []]);
    if (!groups.has(key)) groups.set(key, [name, []]);
    groups.get(key)[1].push(name);
  }
  return Object.fromEntries([...groups.values()].map(([name, functions]) => [name, { functions }]));
}

module.exports = { bundlesOf, projectOf };
