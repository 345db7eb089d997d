package device

import (
	"fmt"
	"os"

	"github.com/secure-by-design/assay/harness/evidence"
)

// Kept reads the device file that a run keeps as evidence. It was strictly read before the run; what it refers to
// need not be at hand any more.
func Kept(run, sha256 string) (*File, error) {
	path := evidence.Path(run, sha256)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the device file of the run: %w", err)
	}
	f, err := parseOnly(path, b)
	if err != nil {
		return nil, fmt.Errorf("read the device file of the run: it is in an older form: %w", err)
	}
	return f, nil
}
