package device

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/secure-by-design/assay/harness/evidence"
)

func reveal(r Ref, f *File) (evidence.Secret, error) {
	kind, rest, _ := strings.Cut(string(r), ":")
	switch kind {
	case "env":
		v, ok := os.LookupEnv(rest)
		if !ok {
			return evidence.Secret{}, fmt.Errorf("read secret %s: the environment has no %s\n  set it, or refer to a file: with file:PATH", r, rest)
		}
		return evidence.Keep(v), nil
	case "file":
		p := rest
		if !filepath.IsAbs(p) && f != nil {
			p = filepath.Join(filepath.Dir(f.Path), p)
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return evidence.Secret{}, fmt.Errorf("read secret %s: %w", r, err)
		}
		return evidence.Keep(strings.TrimRight(string(b), "\r\n")), nil
	}
	return evidence.Secret{}, fmt.Errorf("a secret is written as env:NAME or file:PATH, never in clear")
}
