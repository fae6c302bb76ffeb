terraform {
  required_version = ">= 1.4"
  required_providers {
    aws      = { source = "hashicorp/aws" }
    external = { source = "hashicorp/external" }
  }
}

# A compiled package, in a layer that changes only when its version does.
module "deps" {
  source       = "./modules/lbuild"
  requirements = ["${path.module}/src/requirements-layer.txt"]
  output       = "${path.module}/build/deps.zip"
  architecture = "arm64"
  layer        = true
}

module "api" {
  source       = "./modules/lbuild"
  requirements = ["${path.module}/src/requirements.txt"]
  source_dir   = "${path.module}/src"
  output       = "${path.module}/build/api.zip"
  architecture = "arm64"
}

resource "aws_iam_role" "api" {
  name = "lbuild-example-api"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_lambda_layer_version" "deps" {
  layer_name               = "lbuild-example-deps"
  filename                 = module.deps.filename
  source_code_hash         = module.deps.source_code_hash
  compatible_runtimes      = [module.deps.runtime]
  compatible_architectures = [module.deps.architecture]
}

resource "aws_lambda_function" "api" {
  function_name    = "lbuild-example-api"
  filename         = module.api.filename
  source_code_hash = module.api.source_code_hash
  handler          = "app.handler"
  runtime          = module.api.runtime
  architectures    = [module.api.architecture]
  role             = aws_iam_role.api.arn
  layers           = [aws_lambda_layer_version.deps.arn]
}

output "code_sha256" {
  value = {
    api  = module.api.source_code_hash
    deps = module.deps.source_code_hash
  }
}

output "packages" {
  value = merge(module.api.packages, module.deps.packages)
}
