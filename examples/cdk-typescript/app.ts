/** Three functions of two bundles, and a layer. */
import * as path from 'path';

import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { LbuildFunction, LbuildLayer } from './lib/lbuild';

const FUNCTIONS = path.resolve('functions'); // The CDK runs an app in the folder of its cdk.json.

const app = new App();
const stack = new Stack(app, 'Shop');
const runtime = lambda.Runtime.PYTHON_3_13;

const page = new LbuildFunction(stack, 'Page', {
  entry: path.join(FUNCTIONS, 'page'),
  index: 'app.py',
  runtime,
  architecture: lambda.Architecture.ARM_64,
});
// The same source for the same target: one bundle, built once.
new LbuildFunction(stack, 'Preview', {
  entry: path.join(FUNCTIONS, 'page'),
  index: 'app.py',
  handler: 'preview',
  runtime,
  architecture: lambda.Architecture.ARM_64,
});

const layer = new LbuildLayer(stack, 'Deps', {
  entry: path.join(FUNCTIONS, 'deps'),
  compatibleRuntimes: [runtime],
});
const work = new LbuildFunction(stack, 'Work', {
  entry: path.join(FUNCTIONS, 'work'),
  index: 'app.py',
  runtime,
  layers: [layer],
});

for (const [name, made] of Object.entries({ page, work, layer })) {
  if (made.codeSha256) new CfnOutput(stack, `${name}CodeSha256`, { value: made.codeSha256 });
}
app.synth();
