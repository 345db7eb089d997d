package main

import (
	"runtime/debug"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

// release is the version of the source; the build adds its revision.
const release = "0.1.0"

func version() string {
	if b := build(); b != "" {
		return release + " (" + b + ")"
	}
	return release
}

// build is the revision of the source that the program was built of, and whether it was changed.
func build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	at := map[string]string{}
	for _, s := range info.Settings {
		at[s.Key] = s.Value
	}
	rev := at["vcs.revision"]
	if len(rev) > 12 {
		rev = rev[:12]
	}
	if at["vcs.modified"] == "true" {
		rev += "+changes"
	}
	return rev
}

func tool() harness.Tool {
	return harness.Tool{Version: release, Build: build(), Catalogue: provisions.Must().Digest()}
}
