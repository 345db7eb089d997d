package web

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mayVisit are the folders that hold the door, give it to a device, or go through it.
var mayVisit = []string{"cmd/assay", "harness", "harness/dial", "harness/probe/page", "harness/specimen"}

// TestWhoMayVisit: suites and all other probes read pages by the questions of harness/probe/page alone.
func TestWhoMayVisit(t *testing.T) {
	t.Parallel()
	root, files := filepath.Join("..", ".."), 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			if i.Path.Value != `"github.com/secure-by-design/assay/harness/web"` {
				continue
			}
			files++
			if dir, _ := filepath.Rel(root, filepath.Dir(path)); !slices.Contains(mayVisit, filepath.ToSlash(dir)) {
				t.Errorf("%s goes through the door to the supplier's pages: ask page.Read", path)
			}
		}
		return nil
	})
	if err != nil || files < 4 {
		t.Errorf("%d files import it: %v", files, err)
	}
}
