# One bundle or layer, built while Terraform plans. Lists go through `jsonencode`, for the protocol of `external`
# knows strings alone; nulls are left away by it.

data "external" "this" {
  program = concat(["lbuild", "terraform"], var.program_options)
  query = merge(var.options, {
    requirements = jsonencode(var.requirements)
    source       = var.source_dir
    output       = var.output
    runtime      = var.runtime
    architecture = var.architecture
    layer        = var.layer
  })
}
