"""Case vignettes: what families should and should not be shown. Data in vignettes.toml."""
