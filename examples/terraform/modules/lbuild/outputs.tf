output "filename" {
  value = data.external.this.result.filename
}

# Of the file as it lies there: the same as `result.source_code_hash`, the hash that lbuild printed.
output "source_code_hash" {
  value = filebase64sha256(data.external.this.result.filename)
}

output "runtime" {
  value = data.external.this.result.runtime
}

output "architecture" {
  value = data.external.this.result.architecture
}

output "unpacked" {
  description = "Bytes, as Lambda counts them."
  value       = tonumber(data.external.this.result.unpacked)
}

output "packages" {
  description = "Project to version."
  value       = jsondecode(data.external.this.result.packages)
}

output "warnings" {
  value = jsondecode(data.external.this.result.warnings)
}
