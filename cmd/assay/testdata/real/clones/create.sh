#!/bin/sh
# The user's clip, and a setting.
printf '%s\n' "$ASSAY_CANARY" >{dir}/www/data/clip.txt
printf '%s\n' "$ASSAY_CANARY" >{dir}/www/data/settings.txt
