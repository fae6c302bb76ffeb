/** What the constructs make of a project of functions, and say of mistakes: as JSON, by name. */
import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { LbuildFunction, LbuildFunctionProps, LbuildLayer, LbuildProject } from './lib/lbuild';

const runtime = lambda.Runtime.PYTHON_3_13;
const said: Record<string, string> = {};

function told(name: string, make: (stack: Stack) => void, context?: Record<string, unknown>) {
  try {
    make(new Stack(new App({ outdir: 'other.out', context }), 'Stack'));
    said[name] = 'nothing';
  } catch (error) {
    said[name] = (error as Error).message;
  }
}

function fails(name: string, props: Partial<LbuildFunctionProps>) {
  told(name, (stack) => new LbuildFunction(stack, 'Function', { entry: 'one', index: 'app.py', runtime, ...props }));
}

fails('missing command', { bundling: { command: ['no-such-lbuild'] } });
fails('no lbuild', { bundling: { command: ['true'] } });
fails('language', { runtime: lambda.Runtime.NODEJS_22_X });
fails('runtime', { runtime: new lambda.Runtime('python3.7', lambda.RuntimeFamily.PYTHON) });
fails('entry', { entry: 'gone' });
fails('index', { index: 'gone.py' });
fails('requirement', { bundling: { requirements: ['absent-here'] } });
told('layer', (stack) => {
  new LbuildLayer(stack, 'Layer', { entry: 'one', compatibleRuntimes: [runtime, lambda.Runtime.PYTHON_3_12] });
});
told('other stacks', (stack) => {
  const bundling = { command: ['no-such-lbuild'] };
  new LbuildFunction(stack, 'Function', { entry: 'one', index: 'app.py', runtime, bundling });
  new LbuildLayer(stack, 'Layer', { entry: 'one', compatibleRuntimes: [runtime], bundling });
  new LbuildProject(stack, 'Project', { folder: '.', ...bundling }).addFunction('One', 'one');
}, { 'aws:cdk:bundling-stacks': ['Another'] });

const app = new App();
const project = new LbuildProject(new Stack(app, 'Shop'), 'Project', { folder: '.' });
project.addFunction('One', 'one', { memorySize: 256 });
project.addFunction('Two', 'two');
told('function', () => project.addFunction('Three', 'three'));
told('handler', () => project.addFunction('Bare', 'bare'));
app.synth();
console.log(JSON.stringify(said));
