//go:build linux && !race

package apart

import (
	"errors"
	"testing"
)

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	if _, err := read(t.Context(), []byte("memory")); !errors.Is(err, ErrEnded) {
		t.Error(err)
	}
}
