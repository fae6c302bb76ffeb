'use strict';

/** What lbuild made becomes what the framework deploys. */

const fs = require('fs');
const path = require('path');

const { LAYER } = require('./service');

const FOLDER = '.serverless';

/**
 * The file of an artefact lies where the framework looks for it.
 *
 * @returns {string} as seen from the service's folder, as packages that are deployed elsewhere need it
 */
function place(serviceDir, from, name) {
  fs.mkdirSync(path.join(serviceDir, FOLDER), { recursive: true });
  const to = path.join(FOLDER, `${name}.zip`);
  fs.copyFileSync(from, path.join(serviceDir, to), fs.constants.COPYFILE_FICLONE);
  return to;
}

/** The functions of a bundle have this artefact. */
function useArtefact(service, bundle, artifact) {
  for (const { name } of bundle.functions) {
    const said = service.functions[name];
    said.package = { ...said.package, individually: true, artifact };
  }
}

/** The layer of `custom.pythonRequirements`, under the name that services know it by. */
function addNamedLayer(service, stage, target, more, artifact) {
  service.layers = service.layers || {};
  service.layers[LAYER] = {
    name: `${service.service}-${stage}-python-requirements`,
    description: 'Python requirements, by lbuild',
    compatibleRuntimes: [target.runtime],
    compatibleArchitectures: [target.architecture],
    ...service.layers[LAYER],
    ...more,
    package: { artifact },
  };
}

/**
 * The layers that lbuild planned, and the functions that have them.
 *
 * @param {object} manifest lbuild's
 * @param {(name: string) => string} logicalId the framework's name of a layer in CloudFormation
 * @param {(entry: object, name: string) => string} placed puts the file in place and says where
 */
function addPlannedLayers(service, stage, bundles, manifest, logicalId, placed) {
  service.layers = service.layers || {};
  for (const bundle of bundles) {
    for (const name of manifest.functions[bundle.name].layers) {
      const entry = manifest.layers[name];
      if (!entry.planned) continue;
      if (!Object.hasOwn(service.layers, name)) {
        service.layers[name] = {
          name: `${service.service}-${stage}-${name}`,
          description: 'Python requirements that functions share, by lbuild',
          compatibleRuntimes: entry.compatible_runtimes,
          compatibleArchitectures: entry.compatible_architectures,
          package: { artifact: placed(entry, name) },
        };
      }
      for (const each of bundle.functions) {
        const said = service.functions[each.name];
        said.layers = [...(said.layers || each.layers), { Ref: logicalId(name) }];
      }
    }
  }
}

/**
 * Functions that are deployed alone keep the layers they have: the framework changes them only where it knows what all
 * of them are, and one that CloudFormation makes it does not.
 */
function keepLayers(service, bundles) {
  for (const each of bundles.flatMap((bundle) => bundle.functions)) {
    service.functions[each.name].layers = [...each.layers, { Ref: 'LayersOfLbuild' }];
  }
}

/** `api.zip  1.2 MB, CodeSha256 ...` */
function line(name, entry) {
  return `${name}.zip  ${(entry.zipped / 1e6).toFixed(1)} MB, CodeSha256 ${entry.code_sha256}`;
}

module.exports = { place, useArtefact, addNamedLayer, addPlannedLayers, keepLayers, line };
