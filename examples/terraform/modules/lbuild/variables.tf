variable "requirements" {
  description = "Requirements files, locks, pyproject.toml, wheels, folders or requirements."
  type        = list(string)
  default     = []
}

variable "output" {
  description = "The zip to write."
  type        = string
}

variable "source_dir" {
  description = "Folder with the app's own code."
  type        = string
  default     = null
}

variable "runtime" {
  type    = string
  default = "python3.13"
}

variable "architecture" {
  type    = string
  default = "x86_64"
}

variable "layer" {
  type    = bool
  default = false
}

variable "options" {
  description = "More of a query, such as `slim` or `exclude_runtime_packages`; lists through `jsonencode`."
  type        = map(string)
  default     = {}
}

variable "program_options" {
  description = "Options of `lbuild terraform`, such as `--offline`."
  type        = list(string)
  default     = []
}
