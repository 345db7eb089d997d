#!/bin/sh
# The owner chooses another password.
printf '%s:%s\n' "$ASSAY_USER" "$ASSAY_VALUE" >{dir}/users
